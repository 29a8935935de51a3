import { archiveUrl } from "../../archive/location.ts";
import { readArchive } from "../../archive/read-archive.ts";
import type { RecoveryTarget } from "../../archive/recovery-problem.ts";
import type { KubernetesArgs } from "../../kubernetes/api.ts";
import type { LiveCluster, PresentCluster } from "../cluster/live-cluster.ts";
import type { ReplayLog } from "../wait/replay-log.ts";
import { newestTimelineOf } from "./expected-end.ts";
import { type RecoveryMark, writeMark } from "./mark.ts";
import * as message from "./message.ts";
import { type Proof, backupOf, compared, proveRecovery } from "./prove.ts";
import type { Connections } from "../preflight/observe-bucket.ts";
import { type Verdict, noted, nothingToSay, refused, warned } from "../preflight/verdict.ts";
import type { Plan } from "../plan/plan.ts";

type RecoveryPlan = Plan & { source: NonNullable<Plan["source"]> };

const isRecovery = (plan: Plan): plan is RecoveryPlan => plan.source !== undefined;

/**
 * Whether a database that was recovered has all that its archive held, or what it lacks is accepted. A healthy Cluster
 * says nothing of that: PostgreSQL takes a file that it cannot have for the end of the archive. It is a problem where it
 * is short, at each update anew, and where a new one cannot be told to be whole.
 * @param before the Cluster before the update
 * @param now the Cluster of which the database answers
 */
export async function recoveredVerdict(
  plan: Plan,
  before: LiveCluster,
  now: PresentCluster,
  kubernetes: KubernetesArgs,
  connections: Connections,
): Promise<Verdict> {
  if (!isRecovery(plan) || now.recoveryMark?.is === "complete" || now.recoveryMark?.is === "accepted")
    return nothingToSay;
  const { namespace, clusterName: name, source } = plan;
  const about = { namespace, name, archive: archiveUrl(source.archive) };
  const proof = await proofOf(plan, now, kubernetes, connections);
  const write = (told: RecoveryMark) => writeMark(kubernetes, { namespace, name }, told);
  switch (proof.is) {
    case "complete":
      await write({ is: "complete" });
      return noted(message.completeMessage(about, proof));
    case "unknown":
      // One that was there before may be older than this check, and what it came from be gone for long.
      if (before.state === "present" && proof.isGone === true) return nothingToSay;
      return refused(message.unprovenMessage(about, proof.why));
    case "short": {
      const { shortfall, later } = proof;
      if (shortfall.missed !== source.acceptLoss) {
        await write({ is: "short", missed: shortfall.missed });
        return refused(message.shortMessage(about, shortfall, later));
      }
      await write({ is: "accepted", missed: shortfall.missed });
      return warned(message.acceptedMessage(about, shortfall));
    }
  }
}

async function proofOf(
  plan: RecoveryPlan,
  { primary, madeAt }: PresentCluster,
  kubernetes: KubernetesArgs,
  { source, target }: Connections,
): Promise<Proof> {
  if (primary === undefined || madeAt === undefined) {
    return { is: "unknown", why: "Kubernetes does not say which instance is the primary" };
  }
  const asked = targetOf(plan);
  // PostgreSQL itself ends a recovery to a target with an error, where it does not reach it.
  if (asked.isTarget) return { is: "complete", last: undefined, lastTransaction: undefined };
  return proveRecovery({
    kubernetes,
    namespace: plan.namespace,
    pod: primary,
    madeAt,
    source: { archive: plan.source.archive, connection: source, target: asked.target },
    own: { archive: plan.archive, connection: target },
  });
}

/** What ends a recovery before the end of the archive, whichever part of the config says so. */
const targets = ["targetTime", "targetLSN", "targetXID", "targetName", "targetImmediate"] as const;

/** What the Cluster says, with the user's part of its spec. */
function targetOf({ cluster, source }: RecoveryPlan): { target: RecoveryTarget; isTarget: boolean } {
  const given = cluster.bootstrap?.recovery?.recoveryTarget ?? {};
  return {
    target: { ...source.target, backupId: given.backupID ?? source.target.backupId },
    isTarget: targets.some((name) => given[name] !== undefined),
  };
}

/**
 * What the archive says of a recovery to a moment that PostgreSQL has not reached: it may hold nothing of that time, or
 * not be whole. Undefined where this was something else, or the archive cannot be read.
 */
export async function whyTargetWasMissed(
  plan: Plan,
  log: ReplayLog | undefined,
  { source: connection }: Connections,
): Promise<string | undefined> {
  if (!isRecovery(plan) || log?.isTargetMissed !== true || log.lastRecordAt === undefined) return undefined;
  const { archive: location, target } = plan.source;
  const archive = await readArchive(connection, location).catch(() => undefined);
  const backup = archive && backupOf(archive, target);
  if (!archive || !backup) return undefined;
  const end = { timeline: newestTimelineOf(archive), lastRecordAt: log.lastRecordAt };
  const proof = await compared({ connection, archive: location }, archive, backup, end).catch(
    () => undefined,
  );
  if (proof?.is === "short") return message.endedBeforeMessage(archiveUrl(location), proof.shortfall);
  return proof && message.quietMessage(target.targetTime ?? "", proof.lastTransaction);
}
