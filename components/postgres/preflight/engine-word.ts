import * as pulumi from "@pulumi/pulumi";

import { beforeCreate, beforeUpdate } from "../../pulumi/hooks.ts";
import { ifKnown, knownValues } from "../../pulumi/outputs.ts";
import { placeOfStore } from "../cluster/archive-place.ts";
import { declaredCluster } from "../cluster/cluster-resource.ts";
import { presentCluster } from "../cluster/live-cluster.ts";
import { type ArchiveMove, archiveMove } from "./archive-move.ts";
import { type Situation, plannedOf } from "./judge.ts";
import { judgeBucket } from "./judge-bucket.ts";
import { liveProblem } from "./live-problem.ts";
import { type BucketLook, type Connections, observeMove, observeNewPlace } from "./observe-bucket.ts";
import { type Verdict, nothingToSay, refused, tell } from "./verdict.ts";

// Where Kubernetes does not say what is there, the engine does, just before it makes or changes something.

interface Hooks {
  hooks?: pulumi.ResourceHookBinding;
}

/**
 * Options for a Cluster of which Kubernetes does not say whether it is there: its own WAL in the bucket would look like
 * another's. So the look into the bucket waits until the engine, which knows, is about to make it; and what it is to
 * become is compared with what the engine made of it before.
 */
export function judgesCluster(
  situation: pulumi.Output<Situation>,
  connections: pulumi.Output<Connections>,
  component: pulumi.ComponentResource,
): Hooks {
  const both = () => ifKnown(pulumi.all([situation, connections]));
  return pulumi.mergeOptions(
    beforeCreate(component, async () => {
      const known = await both();
      return known && tell(await creationVerdict(...known), component);
    }),
    beforeUpdate(component, async (_inputs, { metadata, spec }) => {
      const known = await both();
      return known && tell(await changeVerdict(...known, await knownValues({ metadata, spec })), component);
    }),
  );
}

/**
 * The same for the ObjectStore that it archives to, which is changed before it: what the engine made of that says from
 * where the backups would move.
 */
export function judgesStore(
  situation: pulumi.Output<Situation>,
  connections: pulumi.Output<Connections>,
  component: pulumi.Resource,
): Hooks {
  return beforeUpdate(component, async (_inputs, { spec }) => {
    const known = await ifKnown(pulumi.all([situation, connections]));
    return known && tell(await storeVerdict(...known, await knownValues({ spec })), component);
  });
}

/** What speaks against making a Cluster, and has not been looked for before. */
export async function creationVerdict(situation: Situation, connections: Connections): Promise<Verdict> {
  if (situation.live.state !== "unknown") return nothingToSay;
  return bucketVerdict(situation, await observeNewPlace(situation, connections));
}

/** What speaks against a change of a Cluster, and has not been looked for before. */
export async function changeVerdict(
  situation: Situation,
  connections: Connections,
  inputsBefore: unknown,
): Promise<Verdict> {
  const { plan, live } = situation;
  const before = live.state === "unknown" ? declaredCluster(inputsBefore) : undefined;
  if (!before) return nothingToSay;
  const was = presentCluster(before);
  const problem = liveProblem(plannedOf(plan), was);
  if (problem !== undefined) return refused(problem);
  return moveVerdictOf(situation, archiveMove(plan, was, was.place), connections);
}

/** What speaks against a change of an ObjectStore, and has not been looked for before. */
export async function storeVerdict(
  situation: Situation,
  connections: Connections,
  inputsBefore: unknown,
): Promise<Verdict> {
  const { plan, live, isPlaceUnknown = false } = situation;
  const place = live.state === "unknown" || isPlaceUnknown ? placeOfStore(inputsBefore) : undefined;
  const move = place && archiveMove(plan, live.state === "present" ? live : {}, place);
  return moveVerdictOf(situation, move, connections);
}

const moveVerdictOf = async (
  situation: Situation,
  move: ArchiveMove | undefined,
  connections: Connections,
): Promise<Verdict> =>
  move === undefined
    ? nothingToSay
    : bucketVerdict(situation, await observeMove(situation.plan, move, connections));

const bucketVerdict = (situation: Situation, seen: BucketLook): Verdict =>
  judgeBucket(situation, seen, { isPreview: pulumi.runtime.isDryRun(), now: new Date() });
