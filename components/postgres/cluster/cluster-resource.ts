import type { Configuration } from "@kubernetes/client-node";
import { z } from "zod";

import { kubernetesClient } from "../../kubernetes/api.ts";

const volume = z
  .object({
    size: z.string(),
    storageClass: z.string(),
    pvcTemplate: z.object({ storageClassName: z.string().optional() }),
  })
  .partial();
const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

const application = z.object({ database: z.string(), owner: z.string() }).partial();
const parameters = z.record(z.string(), z.string()).optional();

/** The fields of a Cluster's spec that are read here; a quantity such as a size can be a number in JSON. */
export const clusterSpec = z.object({
  instances: z.number().default(1),
  imageName: z.string().optional(),
  imageCatalogRef: z.object({ major: z.number() }).optional(),
  storage: volume.optional(),
  walStorage: volume.optional(),
  resources: z.object({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
  replica: z.object({ enabled: z.boolean(), primary: z.string(), self: z.string() }).partial().optional(),
  bootstrap: z
    .object({
      initdb: application.optional(),
      recovery: application
        .extend({
          source: z.string().optional(),
          recoveryTarget: z.object({ targetTime: z.string(), backupID: z.string() }).partial().optional(),
        })
        .optional(),
    })
    .optional(),
  externalClusters: z
    .array(
      z.object({
        name: z.string(),
        plugin: z.object({ parameters }).optional(),
        barmanObjectStore: z.object({ serverName: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  plugins: z.array(z.object({ name: z.string(), enabled: z.boolean().default(true), parameters })).optional(),
  backup: z
    .object({
      barmanObjectStore: z
        .object({ serverName: z.string(), destinationPath: z.string(), endpointURL: z.string() })
        .partial()
        .optional(),
    })
    .optional(),
});

/** A `postgresql.cnpg.io/v1` Cluster as the API server gives it. */
export const clusterResource = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    generation: z.number().optional(),
    creationTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
    managedFields: z
      .array(
        z.object({
          subresource: z.string().optional(),
          time: z.string().optional(),
          fieldsV1: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
  }),
  spec: clusterSpec,
  status: z
    .object({
      phase: z.string().optional(),
      phaseReason: z.string().optional(),
      image: z.string().optional(),
      instances: z.number().optional(),
      readyInstances: z.number().optional(),
      currentPrimary: z.string().optional(),
      systemID: z.string().optional(),
      pgDataImageInfo: z.object({ majorVersion: z.number() }).optional(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
          }),
        )
        .default([]),
    })
    .default({ conditions: [] }),
});

export type ClusterResource = z.infer<typeof clusterResource>;
export type Condition = ClusterResource["status"]["conditions"][number];

const api = { group: "postgresql.cnpg.io", version: "v1", plural: "clusters" };

/** Throws an ApiException with status 404 where there is no such Cluster, or no CloudNativePG. */
export async function readCluster(
  configuration: Configuration,
  namespace: string,
  name: string,
): Promise<ClusterResource> {
  const { CustomObjectsApi } = await kubernetesClient();
  const body: unknown = await new CustomObjectsApi(configuration).getNamespacedCustomObject({
    ...api,
    namespace,
    name,
  });
  return clusterResource.parse(body);
}

/** A Cluster as inputs of an earlier update have it, without a status; undefined where that is none. */
export function declaredCluster(inputs: unknown): ClusterResource | undefined {
  return clusterResource.safeParse(inputs).data;
}

export function conditionOf({ status }: ClusterResource, type: string): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type);
}

/** Whether it follows another cluster, as CloudNativePG reads `spec.replica`: after a promotion that may still be there. */
export function isReplicaCluster({ metadata, spec: { replica } }: ClusterResource): boolean {
  if (replica === undefined) return false;
  return replica.enabled ?? replica.primary !== (replica.self ?? metadata.name);
}
