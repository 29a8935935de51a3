import { randomBytes } from "node:crypto";
import { isObject, type Props } from "../../sdk/provider.ts";
import { annotation, annotations, stringAt, valueAt, type KubeObject } from "./object.ts";

/** Who the API server notes as the owner of what a POST created, before the first server-side apply. */
export const createManager = "pulumi-kubernetes";

/**
 * Whose fields an update takes over, by the beginning of the name: `kubectl` is `kubectl-edit` and `kubectl-cnpg`, too.
 * What they own and the program does not declare goes away with it: an annotation set by hand, a fence.
 */
const formerManagers: readonly { prefix: string; operation: "Apply" | "Update" }[] = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: "pulumi-kubernetes", operation: "Update" },
  { prefix: "pulumi-resource-kubernetes", operation: "Update" },
];

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

const createManagers: unknown[] = [createManager, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"];

/**
 * Whether the POST of a create owns fields. A preview cannot hand them over and has to force; what kubectl owns, it
 * neither hands over nor forces, and so does not show what the update is going to take away.
 */
export function isOwnedByCreate(live: KubeObject): boolean {
  return managedFields(live).some(
    ({ manager, operation }) => operation === "Update" && createManagers.includes(manager),
  );
}

export function managedFields(live: KubeObject): Props[] {
  const entries = valueAt(live, "metadata", "managedFields");
  return Array.isArray(entries) ? entries.filter(isObject) : [];
}

function isFormer({ manager, operation, subresource }: Props): boolean {
  if (typeof manager !== "string" || (subresource ?? "") !== "") return false;
  return formerManagers.some((former) => manager.startsWith(former.prefix) && operation === former.operation);
}

function unite(a: Props, b: Props): Props {
  const result: Props = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const existing = result[key];
    result[key] = isObject(existing) && isObject(value) ? unite(existing, value) : value;
  }
  return result;
}
