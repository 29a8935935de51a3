import { readFileSync } from "node:fs";
import { runInstaller } from "../../lab/ceph/admin-account.ts";
import { cephFacts } from "../../lab/ceph/facts.ts";
import { say } from "../shared/progress.ts";
import { configFor, removeNamespaces } from "./lifecycle.ts";
import type { SshResult } from "./results.ts";
import { countConnections } from "./ssh.ts";
import { type Workspace } from "./workspace.ts";

/** A stack whose keys are made on the Ceph host, and how many connections that takes. */
export async function sshConnections(
  workspace: Workspace,
  namespaces: number,
  parallel: number,
  uid: string,
): Promise<SshResult> {
  say(`SSH connections at --parallel ${parallel}`);
  const { ssh } = cephFacts();
  await runInstaller(`--uid=${uid}`);
  const stack = await workspace.makeStack(`bench-ssh-${parallel}`, "stack", {
    ...configFor("stack", namespaces),
    cephHost: { address: ssh.address, port: ssh.port, user: ssh.user, hostKey: ssh.hostKey },
    radosgwAdmin: "sudo radosgw-admin",
    rgwUser: { uid, displayName: uid },
    singleDiskCeph: { enabled: false },
    bucket: "bench-pulumi-ssh",
  });
  await stack.setSecret("cephHostPrivateKey", readFileSync(ssh.privateKeyFile, "utf8"));
  const counted = async (operation: string): Promise<SshResult["up"]> => {
    const connections = countConnections();
    await stack.operate([operation, "--yes", "--skip-preview", "--parallel", String(parallel)]);
    return connections();
  };
  const [up, destroy] = [await counted("up"), await counted("destroy")];
  await removeNamespaces(namespaces);
  return { parallel, namespaces, up, destroy };
}
