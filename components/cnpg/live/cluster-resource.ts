import type { Configuration } from "@kubernetes/client-node";
import { z } from "zod";

import { barmanPlugin } from "../barman.ts";
import { kubernetesClient } from "../kube-api.ts";

const size = z.object({ size: z.string().optional() });
const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

/** The fields of a Cluster that are read here; a quantity such as a size can be a number in JSON. */
const clusterResource = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    generation: z.number().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    instances: z.number().default(1),
    imageName: z.string().optional(),
    storage: size.optional(),
    walStorage: size.optional(),
    resources: z.object({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
    replica: z.object({}).optional(),
    plugins: z
      .array(
        z.object({
          name: z.string(),
          enabled: z.boolean().default(true),
          parameters: z.record(z.string(), z.string()).optional(),
        }),
      )
      .optional(),
    backup: z
      .object({
        barmanObjectStore: z
          .object({ serverName: z.string().optional(), destinationPath: z.string().optional() })
          .optional(),
      })
      .optional(),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      phaseReason: z.string().optional(),
      image: z.string().optional(),
      instances: z.number().optional(),
      readyInstances: z.number().optional(),
      currentPrimary: z.string().optional(),
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

/** A `postgresql.cnpg.io/v1` Cluster as the API server gives it. */
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

export async function listClusters(
  configuration: Configuration,
  labelSelector: string,
): Promise<ClusterResource[]> {
  const { CustomObjectsApi } = await kubernetesClient();
  const body: unknown = await new CustomObjectsApi(configuration).listCustomObjectForAllNamespaces({
    group: api.group,
    version: api.version,
    resourcePlural: api.plural,
    labelSelector,
  });
  return z.object({ items: z.array(clusterResource) }).parse(body).items;
}

export function conditionOf({ status }: ClusterResource, type: string): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type);
}

export interface LiveLineage {
  method: "plugin" | "barmanObjectStore";
  serverName: string;

  /** Plugin: the ObjectStore that says where. */
  objectStoreName?: string | undefined;

  /** In-tree: where. */
  destinationPath?: string | undefined;
}

/** Where a Cluster's backups go, and under which name; nothing for one without backups. */
export function lineageOf({ metadata, spec }: ClusterResource): LiveLineage | undefined {
  const plugin = spec.plugins?.find(({ name, enabled }) => enabled && name === barmanPlugin);
  if (plugin) {
    const { serverName = metadata.name, barmanObjectName } = plugin.parameters ?? {};
    return { method: "plugin", serverName, objectStoreName: barmanObjectName };
  }
  const store = spec.backup?.barmanObjectStore;
  if (!store) return undefined;
  const { serverName = metadata.name, destinationPath } = store;
  return { method: "barmanObjectStore", serverName, destinationPath };
}
