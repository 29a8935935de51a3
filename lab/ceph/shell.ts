import { onPve } from "./host.ts";

/**
 * The argv that runs a command as root on the Ceph host, where `ceph` and `radosgw-admin` are client.admin: the
 * wrappers that ceph-admin gets for these names are in sudo's search path only.
 */
export function cephShell(command: readonly string[]): string[] {
  return onPve(command.length === 0 ? ["sh"] : command);
}
