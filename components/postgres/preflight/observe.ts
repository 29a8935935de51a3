import { z } from "zod";

import { type KubernetesArgs, getIfThere, getOrUndefined } from "../../kubernetes/questions.ts";
import { type Asked, askForAWhile } from "../../kubernetes/ask-first.ts";
import { apiPathOf } from "../../crds/schema.ts";
import { archivePlace } from "../cluster/archive-place.ts";
import type { ArchivePlace } from "../cluster/facts.ts";
import { holdsNothing } from "../cluster/holds-nothing.ts";
import {
  type LiveCluster,
  type PresentCluster,
  findCluster,
  presentCluster,
} from "../cluster/live-cluster.ts";
import { type OwnClusters, ownClusters } from "../cluster/own-clusters.ts";
import { type VolumeClaim, keptVolumes, volumeClaims } from "../cluster/volume-claims.ts";
import { type Plan, scheduleName } from "../plan/plan.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { type StorageClasses, storageClassesFor } from "./storage-classes.ts";
import { classesToGrow } from "./volume-growth.ts";

/** What Kubernetes says of a plan's database, each thing asked once. */
export interface Observed {
  live: LiveCluster;

  /** All that the component has made. */
  own: Asked<OwnClusters>;

  /** Those of its name; undefined: no answer. */
  claims: VolumeClaim[] | undefined;

  /** Of one that runs. */
  running: RunningObserved | undefined;

  /** What its pods and volumes have to go by. */
  limits: Limits;

  /** For one that is to be made; undefined: not asked, or no answer. */
  storageClasses: StorageClasses | undefined;
}

export interface RunningObserved {
  /** Where it archives to. */
  place: Asked<ArchivePlace | undefined>;

  /** StorageClasses of volumes that are to grow, and cannot. */
  fixedClasses: string[];

  /** Whether the ScheduledBackup of the planned place is certainly not there; a preview does not ask. */
  lacksSchedule: boolean;
}

export interface Observer {
  kubernetes: KubernetesArgs;

  /** The owner label of the component. */
  owner: string;

  isPreview: boolean;

  /** Whether the name of the StorageClass is of a resource, which a preview may not find yet. */
  isClassOfResource: boolean;
}

/** Asks Kubernetes all that the plan is judged by: what can be at once, and the rest by what is there. */
export async function observe(plan: Plan, observer: Observer): Promise<Observed> {
  const { kubernetes, owner } = observer;
  const { namespace, clusterName: name } = plan;
  const [resource, own, claims] = await Promise.all([
    askForAWhile(() => findCluster(kubernetes, { namespace, name })),
    askForAWhile(() => ownClusters(kubernetes, owner, namespace)),
    volumeClaims(kubernetes, { namespace, name }),
  ]);
  const live = liveOf(resource, claims);
  const common = { live, own, claims };
  switch (live.state) {
    case "unknown":
      return { ...common, running: undefined, limits: noLimits, storageClasses: undefined };
    case "absent":
      return { ...common, running: undefined, ...(await toMake(plan, keptVolumes(claims ?? []), observer)) };
    case "present": {
      const [running, limits] = await Promise.all([
        runningOf(plan, live, claims ?? [], observer),
        limitsOf(kubernetes, namespace, { ofNew: false }),
      ]);
      return { ...common, running, limits, storageClasses: undefined };
    }
  }
}

/** Where there is no Kubernetes to ask. */
export const notObserved: Observed = {
  live: { state: "unknown" },
  own: { answer: { clusters: [] } },
  claims: [],
  running: undefined,
  limits: { ranges: [], quotas: [] },
  storageClasses: undefined,
};
const noLimits = notObserved.limits;

function liveOf(
  asked: Asked<Awaited<ReturnType<typeof findCluster>>>,
  claims: readonly VolumeClaim[] | undefined,
): LiveCluster {
  if ("noAnswer" in asked) return { state: "unknown", why: asked.noAnswer };
  if (asked.answer === undefined) return { state: "absent" };
  return { ...presentCluster(asked.answer), holdsNothing: holdsNothing(asked.answer, claims) };
}

/** Volumes that were kept are taken as they are. */
async function toMake(
  plan: Plan,
  kept: readonly string[],
  { kubernetes, isPreview, isClassOfResource }: Observer,
): Promise<Pick<Observed, "limits" | "storageClasses">> {
  const ofNew = kept.length === 0;
  const [limits, storageClasses] = await Promise.all([
    limitsOf(kubernetes, plan.namespace, { ofNew }),
    ofNew && !(isPreview && isClassOfResource) ? storageClassesFor(kubernetes, plan) : undefined,
  ]);
  return { limits, storageClasses };
}

async function runningOf(
  plan: Plan,
  live: PresentCluster,
  claims: readonly VolumeClaim[],
  { kubernetes, isPreview }: Observer,
): Promise<RunningObserved> {
  const [place, fixedClasses, lacksSchedule] = await Promise.all([
    askForAWhile(() => archivePlace(kubernetes, live)),
    fixedAmong(kubernetes, classesToGrow(plan.cluster, live, claims)),
    !isPreview && lacksScheduleOf(plan, kubernetes),
  ]);
  return { place, fixedClasses, lacksSchedule };
}

function lacksScheduleOf(plan: Plan, kubernetes: KubernetesArgs): Promise<boolean> {
  const path = apiPathOf("ScheduledBackup", { namespace: plan.namespace, name: scheduleName(plan) });
  return getIfThere(kubernetes, path, z.unknown()).then(
    (found) => found === undefined,
    () => false,
  );
}

const storageClass = z.object({ allowVolumeExpansion: z.boolean().default(false) });

async function fixedAmong(kubernetes: KubernetesArgs, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) => getOrUndefined(kubernetes, `/apis/storage.k8s.io/v1/storageclasses/${name}`)),
  );
  return names.filter((_, i) => storageClass.safeParse(found[i]).data?.allowVolumeExpansion === false);
}
