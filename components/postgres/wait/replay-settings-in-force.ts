import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesArgs } from "../../kubernetes/kubernetes-args.ts";
import type { ObjectName } from "../../kubernetes/named.ts";
import { type LiveCluster, liveCluster } from "../cluster/live-cluster.ts";
import { runSql } from "../cluster/sql.ts";
import { type ReplaySettings, replayParameters } from "../plan/replay-settings.ts";

/** Waits until the primary has them. Returns why it has not. */
export async function untilSettingsAreInForce(
  kubernetes: KubernetesArgs,
  of: ObjectName,
  settings: ReplaySettings,
  { seconds = 180, pollMs = 2_000 }: { seconds?: number; pollMs?: number } = {},
): Promise<string | undefined> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const live = await liveCluster(kubernetes, of);
    if (live.state === "present" && live.isAtRest === true) return "it is hibernated or fenced";
    const lacking = await lackingIn(kubernetes, live, settings);
    if (lacking === undefined || Date.now() > end) return lacking;
    await sleep(pollMs);
  }
}

async function lackingIn(
  kubernetes: KubernetesArgs,
  live: LiveCluster,
  { parameters, tablespaces }: ReplaySettings,
): Promise<string | undefined> {
  if (live.state !== "present" || live.primary === undefined)
    return "Kubernetes does not say which instance is the primary";
  const outcome = await runSql(kubernetes, { namespace: live.namespace, pod: live.primary }, present, 10_000);
  if ("reason" in outcome) return outcome.reason;
  const found = new Set(outcome.text.split("\n"));
  const wanted = [
    ...Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`),
    ...tablespaces.map((tablespace) => `tablespace ${tablespace}`),
  ];
  const lacking = wanted.filter((each) => !found.has(each));
  return lacking.length === 0 ? undefined : `${lacking.join(", ")} is not in force yet`;
}

const present =
  `select name || '=' || setting from pg_settings where name in (${replayParameters.map((name) => `'${name}'`).join(", ")}) ` +
  "union all select 'tablespace ' || spcname from pg_tablespace";
