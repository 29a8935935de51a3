import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { isObject, type Props } from "../../sdk/provider.ts";
import { nameOf, namespaceOf, type KubeObject } from "../objects/object.ts";
import type { Session } from "../session.ts";
import { helm, HelmError } from "./command.ts";

const chartSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  appVersion: z.string().optional(),
});

const statusSchema = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  version: z.number(),
  config: z.record(z.string(), z.unknown()).nullish(),
  manifest: z.string().default(""),
  info: z.looseObject({ status: z.string() }),
});

const metadataSchema = z.looseObject({
  chart: z.string(),
  version: z.string(),
  appVersion: z.string().default(""),
});

/** A release as it is in the cluster. */
export interface LiveRelease {
  name: string;
  namespace: string;
  revision: number;
  /** `deployed`, `failed`, `pending-install`, … */
  status: string;
  chart: string;
  version: string;
  appVersion: string;
  values: Props;
  /** Names of its objects by `Kind.group/apiVersion`. */
  resourceNames: Record<string, string[]>;
}

/** A revision, or the latest one; undefined when there is none. */
export async function findRelease(
  session: Session,
  name: string,
  namespace: string,
  revision?: number,
): Promise<LiveRelease | undefined> {
  const chosen = revision === undefined ? [] : [`--revision=${revision}`];
  const where = [name, `--namespace=${namespace}`, ...chosen, "--output=json"];
  try {
    const [status, metadata] = await Promise.all([
      helm(session, ["status", ...where]),
      helm(session, ["get", "metadata", ...where]),
    ]);
    return toLive(statusSchema.parse(JSON.parse(status)), metadataSchema.parse(JSON.parse(metadata)));
  } catch (error) {
    if (error instanceof HelmError && error.message.includes("release: not found")) return undefined;
    throw error;
  }
}

function toLive(status: z.infer<typeof statusSchema>, metadata: z.infer<typeof metadataSchema>): LiveRelease {
  return {
    name: status.name,
    namespace: status.namespace,
    revision: status.version,
    status: status.info.status,
    chart: metadata.chart,
    version: metadata.version,
    appVersion: metadata.appVersion,
    values: status.config ?? {},
    resourceNames: resourceNames(objectsIn(status.manifest)),
  };
}

export function parseChart(text: string): z.infer<typeof chartSchema> {
  return chartSchema.parse(objectsIn(text)[0]);
}

/** The objects of a manifest. A document that is no object is skipped. */
export function objectsIn(manifest: string): KubeObject[] {
  const documents = parseAllDocuments(manifest);
  return Array.isArray(documents)
    ? documents.map((document) => document.toJS() as unknown).filter(isObject)
    : [];
}

export function resourceNames(objects: readonly KubeObject[]): Record<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const object of objects) {
    const { apiVersion, kind } = object;
    const name = nameOf(object);
    if (typeof apiVersion !== "string" || typeof kind !== "string" || name === undefined) continue;
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0] ?? ""}` : "";
    const key = `${kind}${group}/${apiVersion}`;
    const namespace = namespaceOf(object);
    names.set(
      key,
      (names.get(key) ?? new Set()).add(namespace === undefined ? name : `${namespace}/${name}`),
    );
  }
  return Object.fromEntries([...names].map(([key, set]) => [key, [...set].sort()]));
}
