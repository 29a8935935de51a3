import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "./questions.ts";
import { apiVersions } from "../crds/schema.ts";
import type { CrdKind } from "../crds/types.ts";
import type { ServedSchema } from "../crds/served-schema.ts";

const document = z.object({
  components: z.object({
    schemas: z.record(
      z.string(),
      z.object({
        "x-kubernetes-group-version-kind": z.array(z.object({ kind: z.string() })).default([]),
        properties: z.object({ spec: z.record(z.string(), z.unknown()).optional() }).default({}),
      }),
    ),
  }),
});

const documents = new Map<string, Promise<z.output<typeof document> | undefined>>();

/**
 * Asked for once a run, by the API's own description, which every account may read. Undefined where the cluster has no
 * such CRD yet, or does not answer in time: then the schema of this package counts alone.
 */
export async function servedSchema(
  kubernetes: KubernetesArgs,
  kind: CrdKind,
): Promise<ServedSchema | undefined> {
  const path = `/openapi/v3/apis/${apiVersions[kind]}`;
  const key = JSON.stringify([kubernetes, path]);
  const asked =
    documents.get(key) ?? getOrUndefined(kubernetes, path).then((found) => document.safeParse(found).data);
  documents.set(key, asked);
  const schemas = Object.values((await asked)?.components.schemas ?? {});
  return schemas.find((each) => each["x-kubernetes-group-version-kind"].some((one) => one.kind === kind))
    ?.properties.spec;
}
