import type { S3Connection } from "../../s3/connection.ts";
import { S3Failure } from "../../s3/failure.ts";
import { type Lineage, lineagesBelow, newestIn } from "../../archive/lineages.ts";
import { type ArchiveLocation, lineageParts } from "../../archive/location.ts";
import { lookInto } from "../../archive/look.ts";
import { isNothing, nearbyArchives } from "../../archive/nearby.ts";
import { type Newest, lookAtNewest } from "../../archive/newest.ts";
import { isOccupied, readArchive } from "../../archive/read-archive.ts";
import { systemIdsIn } from "../../archive/system-ids.ts";
import type { Plan, Source } from "../plan/plan.ts";
import type { ArchiveMove, MoveLook } from "./archive-move.ts";
import type { Situation } from "./judge.ts";
import { type NewPlaceLook, type SourceLook, isUnclear } from "./new-place.ts";

/** The stores that a database writes to and starts from; they may be the same. */
export interface Connections {
  target: S3Connection;
  source: S3Connection;
}

/** What the buckets say to a plan, or why there was no look. */
export type BucketLook =
  | { of: "new place"; look: NewPlaceLook }
  | { of: "move"; move: ArchiveMove; look: MoveLook }
  /** Of a database that archives where it did; undefined: no answer. */
  | { of: "newest"; newest: Newest | undefined }
  | { of: "nothing"; failure?: S3Failure };

/** Looks into the buckets for what the plan means by what is there; where that is not known, the engine asks later. */
export function observeBucket(situation: Situation, connections: Connections): Promise<BucketLook> {
  const { live, move } = situation;
  switch (live.state) {
    case "unknown":
      return Promise.resolve({ of: "nothing" });
    case "absent":
      return observeNewPlace(situation, connections);
    case "present":
      return move ? observeMove(situation.plan, move, connections) : newestOf(situation.plan, connections);
  }
}

export const observeNewPlace = (
  { plan, volumes }: Pick<Situation, "plan" | "volumes">,
  connections: Connections,
): Promise<BucketLook> =>
  orFailure(async () => ({ of: "new place", look: await newPlaceOf(plan, volumes, connections) }));

export const observeMove = (
  { archive }: Plan,
  move: ArchiveMove,
  { target }: Connections,
): Promise<BucketLook> =>
  orFailure(async () => {
    const systemIds = move.isAddress ? await systemIdsIn(target, archive) : [];
    const look = { systemIds, isOccupied: systemIds.length > 0 || (await isOccupied(target, archive)) };
    return { of: "move", move, look };
  });

/** A store that cannot be asked is the smoke check's business. */
const newestOf = async ({ archive }: Plan, { target }: Connections): Promise<BucketLook> => ({
  of: "newest",
  newest: await lookAtNewest(target, archive).catch(() => undefined),
});

async function orFailure(look: () => Promise<BucketLook>): Promise<BucketLook> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    return { of: "nothing", failure: error };
  }
}

async function newPlaceOf(
  plan: Plan,
  volumes: readonly string[],
  { target, source: from }: Connections,
): Promise<NewPlaceLook> {
  const { source } = plan;
  const hasVolumes = volumes.length > 0;
  const asksForSource = !hasVolumes && source !== undefined && !source.isPlace;
  const [occupied, lineages, sourceLineages] = await Promise.all([
    isOccupied(target, plan.archive),
    hasVolumes ? newestFirst(target, plan.archive) : [],
    asksForSource ? newestFirst(from, source.archive) : undefined,
  ]);
  const isRefused = hasVolumes || occupied || (source && isUnclear(source, sourceLineages ?? []));
  return {
    isOccupied: occupied,
    lineages,
    sourceLineages,
    source: source && !isRefused ? await sourceOf(source, from) : undefined,
  };
}

/** The lineages beside an archive's own. */
const newestFirst = async (connection: S3Connection, archive: ArchiveLocation): Promise<Lineage[]> =>
  (await lineagesBelow(connection, lineageParts(archive).cluster)).sort((a, b) => newestIn(b) - newestIn(a));

async function sourceOf(
  { archive: location, target }: Source,
  connection: S3Connection,
): Promise<SourceLook> {
  const listed = await readArchive(connection, location).catch((error: unknown) => {
    if (error instanceof S3Failure) return error;
    throw error;
  });
  if (listed instanceof S3Failure) return { unread: listed };
  const look = await lookInto(connection, listed, target);
  const nearby = isNothing(look.archive) ? await nearbyArchives(connection, location) : undefined;
  return { ...look, nearby };
}
