import { daemonLog, daemonPid } from "../host/daemon.ts";
import type { PartStatus } from "../part-status.ts";
import { messageOf } from "../errors.ts";
import { corednsReadiness } from "./addons/coredns.ts";
import { kubectl } from "./command.ts";
import { daemons } from "./daemons.ts";

function daemonStatus(): PartStatus[] {
  return daemons.map(({ name, host }) => {
    const pid = daemonPid(name);
    return {
      part: name,
      host,
      up: pid !== undefined,
      detail: pid === undefined ? `not running; its log is ${daemonLog(name)}` : `pid ${String(pid)}`,
    };
  });
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/** What a part says of itself, through the API server. */
async function ask(part: string, probe: () => Promise<true | string>): Promise<PartStatus> {
  const answer = await probe().catch((error: unknown) => firstLine(messageOf(error)));
  return { part, host: "k8s", up: answer === true, detail: answer === true ? "ready" : answer };
}

async function apiReadiness(): Promise<true | string> {
  const answer = await kubectl(["get", "--raw=/readyz"]);
  return answer === "ok" || firstLine(answer);
}

/** The Kubernetes host part by part. Changes nothing, and answers when nothing runs, too. */
export async function kubernetesStatus(): Promise<PartStatus[]> {
  const parts = daemonStatus();
  if (daemonPid("kube-apiserver") === undefined) return parts;
  const asked = await Promise.all([ask("Kubernetes API", apiReadiness), ask("CoreDNS", corednsReadiness)]);
  return [...parts, ...asked];
}
