import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../layout.ts";
import { pveDir, pveFile, putFile, runOnPve, sha256 } from "./host.ts";
import { adminUser } from "./rootfs.ts";

/** What users run on their Ceph host; the lab does just the same. */
const installer = readFileSync(join(checkout, "ceph-host", "install.py"), "utf8");

/** The uid of the stacks in the lab. */
const stacksUid = "cnpg-backup";

/** The tests see in sudo's own log what a stack did on the host; see audit.ts. */
const logged = `Defaults:${adminUser} logfile=/var/log/admin-commands.log, loglinelen=0\n`;

/** Runs the installer with more options, such as `--uid`, and returns what it printed. */
export const runInstaller = (...options: readonly string[]): Promise<string> =>
  runOnPve(["python3", "-", "--user", adminUser, ...options], { input: installer, timeoutMs: 120_000 });

/** What sudo lets the least-privilege user do. Ceph has to answer. Run again only where something is another. */
export async function setUpAdminAccount(): Promise<void> {
  putFile(pveFile(`/etc/sudoers.d/${adminUser}`), logged, 0o440);
  const done = join(pveDir, "admin-account.sha256");
  const wanted = sha256(installer);
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) return;
  await runInstaller("--uid", stacksUid, "--single-disk");
  writeFileSync(done, wanted);
}
