import { randomBytes } from "node:crypto";
import { isObject, type Props } from "../../sdk/provider.ts";
import { annotation, annotations, stringAt, valueAt, type KubeObject } from "./object.ts";

/** Who the API server notes as the owner of what a POST created, before the first server-side apply. */
export const createManager = "pulumi-kubernetes";

const formerManagers = new Set([
  "kubectl Apply",
  "kubectl Update",
  "before-first-apply Update",
  "pulumi-kubernetes Update",
  "pulumi-kubernetes.exe Update",
  "pulumi-resource-kubernetes Update",
]);

/** The manager under which a resource is applied: the annotation, then the state, then a new name of its own. */
export function fieldManagerOf(inputs: KubeObject, state: Props): string {
  return (
    annotation(inputs, annotations.patchFieldManager) ??
    stringAt(state, "__fieldManager") ??
    `${createManager}-${randomBytes(4).toString("hex")}`
  );
}

/**
 * `metadata.managedFields` with everything that a create or an earlier `kubectl apply` owned handed to `manager`,
 * so that a field that is no longer declared goes away; undefined when there is nothing to hand over.
 */
export function takeOver(live: KubeObject, manager: string): Props[] | undefined {
  const entries = managedFields(live);
  const former = entries.filter(isFormer);
  if (former.length === 0) return undefined;
  const isOurs = (entry: Props) => entry.manager === manager && entry.operation === "Apply";
  const ours = entries.find((entry) => isOurs(entry) && entry.subresource === undefined);
  const base = ours ?? former[0] ?? {};
  const fieldsV1 = [...former, ...(ours === undefined ? [] : [ours])]
    .map((entry) => entry.fieldsV1)
    .reduce<Props>((union, fields) => unite(union, isObject(fields) ? fields : {}), {});
  const rest = entries.filter((entry) => entry !== ours && !former.includes(entry));
  return [...rest, { ...base, manager, operation: "Apply", fieldsV1 }];
}

/** Whether an earlier manager of ours still owns fields: a preview, which cannot hand them over, has to force. */
export function hasFormerManager(live: KubeObject): boolean {
  return managedFields(live).some(isFormer);
}

export function managedFields(live: KubeObject): Props[] {
  const entries = valueAt(live, "metadata", "managedFields");
  return Array.isArray(entries) ? entries.filter(isObject) : [];
}

function isFormer(entry: Props): boolean {
  const id = `${String(entry.manager)} ${String(entry.operation)}`;
  return entry.subresource === undefined && formerManagers.has(id);
}

function unite(a: Props, b: Props): Props {
  const result: Props = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const existing = result[key];
    result[key] = isObject(existing) && isObject(value) ? unite(existing, value) : value;
  }
  return result;
}
