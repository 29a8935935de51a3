import { createHash } from "node:crypto";

import type * as pulumi from "@pulumi/pulumi";

import { settled } from "../../known-values.ts";

export const postgresClusterType = "cnpg-rgw:cnpg:PostgresCluster";

/** Label of a Cluster that says which component made it, so that a move or a new name is noticed. */
export const ownerLabel = "cnpg-rgw/component";

/** Label of a Cluster that the engine is not to delete. */
export const protectedLabel = "cnpg-rgw/protected";

/**
 * The owner label's value: a digest of the component's URN, since label values have at most 63 characters. A promise
 * and no output: children whose inputs depended on their own component would wait for each other for ever.
 */
export async function ownerOf({ urn }: { urn: pulumi.Output<string> }): Promise<string> {
  return createHash("sha256")
    .update(await settled(urn))
    .digest("hex")
    .slice(0, 40);
}
