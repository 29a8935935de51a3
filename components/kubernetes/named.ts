import { z } from "zod";

import { knownParts } from "../pulumi/outputs.ts";

export interface ObjectName {
  namespace: string;
  name: string;
}

const named = z.object({ namespace: z.string(), name: z.string() });

/** The name in an object's metadata, as a hook or transform gets it; undefined while it is not known. */
export async function nameIn(metadata: unknown): Promise<ObjectName | undefined> {
  return named.safeParse((await knownParts({ metadata })).metadata).data;
}

/** As {@link nameIn}: the namespace alone, which may be known before the name is. */
export async function namespaceIn(metadata: unknown): Promise<string | undefined> {
  return named.pick({ namespace: true }).safeParse((await knownParts({ metadata })).metadata).data?.namespace;
}
