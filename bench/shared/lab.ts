import { existsSync } from "node:fs";
import { LabError } from "../../lab/errors.ts";
import { run } from "../../lab/host/run.ts";
import { adminKubeconfig, program } from "../../lab/kubernetes/paths.ts";
import { hosts } from "../../lab/layout.ts";
import { labStatus } from "../../lab/status.ts";

/** Throws unless every part of the lab is up. */
export async function requireLab(): Promise<void> {
  const isThere = existsSync(`/run/netns/${hosts.workstation.netns}`);
  const down = isThere ? (await labStatus()).filter(({ up }) => !up) : [];
  if (isThere && down.length === 0) return;
  const what = isThere ? `not running: ${down.map(({ part }) => part).join(", ")}` : "the lab is not up";
  throw new LabError(what, { hint: "npm run lab, then the same command again" });
}

/** kubectl on the workstation, for as long as a bench's command takes. */
export async function kubectl(
  args: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<string> {
  return run([program("bin/kubectl"), "--kubeconfig", adminKubeconfig, ...args], {
    host: "workstation",
    ...options,
  });
}
