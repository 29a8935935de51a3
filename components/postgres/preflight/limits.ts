import { z } from "zod";

import { type KubernetesArgs, getOrUndefined } from "../../kubernetes/questions.ts";

const quantities = z.record(z.string(), z.string()).default({});
const name = z.object({ name: z.string() });

const limitRangeList = z.object({
  items: z.array(
    z.object({
      metadata: name,
      spec: z.object({
        limits: z.array(
          z.object({
            type: z.string(),
            default: quantities,
            defaultRequest: quantities,
            max: quantities,
            min: quantities,
          }),
        ),
      }),
    }),
  ),
});
export type LimitRange = z.infer<typeof limitRangeList>["items"][number];

const resourceQuotaList = z.object({
  items: z.array(
    z.object({
      metadata: name,
      spec: z.object({
        hard: quantities,
        scopes: z.unknown().optional(),
        scopeSelector: z.unknown().optional(),
      }),
      status: z.object({ used: quantities }).default({ used: {} }),
    }),
  ),
});
export type ResourceQuota = z.infer<typeof resourceQuotaList>["items"][number];

export interface Limits {
  ranges: LimitRange[];
  quotas: ResourceQuota[];
}

/**
 * What a namespace limits; nothing where Kubernetes does not say. Quotas are about what is made, which a database that is
 * there has taken already.
 */
export async function limitsOf(
  kubernetes: KubernetesArgs,
  namespace: string,
  { ofNew }: { ofNew: boolean },
): Promise<Limits> {
  const path = `/api/v1/namespaces/${namespace}`;
  const [ranges, quotas] = await Promise.all([
    getOrUndefined(kubernetes, `${path}/limitranges`),
    ofNew ? getOrUndefined(kubernetes, `${path}/resourcequotas`) : undefined,
  ]);
  return {
    ranges: limitRangeList.safeParse(ranges).data?.items ?? [],
    quotas: resourceQuotaList.safeParse(quotas).data?.items ?? [],
  };
}
