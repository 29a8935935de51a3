import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";

/**
 * The tests run a lab of their own, with its own disks and from its own copy of the checkout, so that a user's lab
 * and its Pulumi.lab.yaml stay as they are. What is built is shared.
 */
export const base = join(homedir(), ".local", "state", "cnpg-rgw-test");
export const checkoutCopy = join(base, "checkout");
export const stateHome = join(base, "state");
/** The lab's state folder below XDG_STATE_HOME. */
export const labState = join(stateHome, "cnpg-rgw-lab");
const source = join(import.meta.dirname, "..", "..", "..");

export async function makeWorkspace(): Promise<void> {
  rmSync(checkoutCopy, { recursive: true, force: true });
  mkdirSync(checkoutCopy, { recursive: true });
  const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: source,
  });
  for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(source, name)))) {
    mkdirSync(dirname(join(checkoutCopy, file)), { recursive: true });
    cpSync(join(source, file), join(checkoutCopy, file));
  }
  symlinkSync(join(source, "node_modules"), join(checkoutCopy, "node_modules"));
}

export function removeWorkspace(): void {
  rmSync(base, { recursive: true, force: true });
}
