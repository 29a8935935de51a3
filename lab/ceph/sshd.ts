import { existsSync, readFileSync, renameSync } from "node:fs";
import type { Daemon } from "../host/daemon.ts";
import { hosts } from "../layout.ts";
import { ports } from "./config.ts";
import { privateKeyFile } from "./facts.ts";
import { inPveRoot, pveFile, putFile, runOnPve, sha256 } from "./host.ts";
import { adminUser } from "./rootfs.ts";

const sshdConfig = `ListenAddress ${hosts.pve.address}:${String(ports.ssh)}
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys
AllowUsers ${adminUser}
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UsePAM no
PidFile none
LogLevel VERBOSE
# Tests of wrong keys would lock out the right ones, which come from the same address.
PerSourcePenalties no
`;

async function makeKey(path: string, comment: string): Promise<void> {
  if (existsSync(pveFile(path))) return;
  await runOnPve(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
}

/** The private key leaves the host that it opens. */
async function makeLoginKey(): Promise<void> {
  if (existsSync(privateKeyFile)) return;
  const made = "/etc/ssh/login_key";
  await makeKey(made, "workstation of the lab");
  putFile(pveFile("/etc/ssh/authorized_keys"), `restrict ${readFileSync(pveFile(`${made}.pub`), "utf8")}`);
  renameSync(pveFile(made), privateKeyFile);
}

/** The login of the least-privilege user; see admin-account.ts for what it may run as root. */
export async function setUpLogin(): Promise<void> {
  await makeKey("/etc/ssh/ssh_host_ed25519_key", hosts.pve.name);
  await makeLoginKey();
  if (putFile(pveFile("/etc/ssh/sshd_config"), sshdConfig)) await runOnPve(["/usr/sbin/sshd", "-t"]);
}

export const sshd: Daemon = {
  name: "pve-sshd",
  host: "pve",
  argv: inPveRoot(["/usr/sbin/sshd", "-D", "-e"]),
  // Another hash here makes another daemon, so a changed config restarts it.
  env: { CONFIG_SHA256: sha256(sshdConfig) },
};

/** "ready", or why not: whether sshd shows the host key that {@link setUpLogin} made. */
export async function probeSshd(): Promise<true | string> {
  const seen = await runOnPve(["ssh-keyscan", "-T", "2", "-t", "ed25519", hosts.pve.address]);
  const [, key = "?"] = readFileSync(pveFile("/etc/ssh/ssh_host_ed25519_key.pub"), "utf8").split(" ");
  return seen.includes(key) || "another host key than the one made for it";
}
