import { onPve } from "./host.ts";

/**
 * The argv that runs a command as root on the Ceph host, where `ceph` and `radosgw-admin` are client.admin: what
 * ceph-admin gets for these names is in its own search path of sudo only.
 */
export function cephShell(command: readonly string[]): string[] {
  return onPve(command.length === 0 ? ["sh"] : command);
}
