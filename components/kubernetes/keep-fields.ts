import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type NewInputs, beforeUpdate } from "../pulumi/hooks.ts";
import { knownParts } from "../pulumi/outputs.ts";
import { log } from "../pulumi/log.ts";
import { askedBeforeMaking } from "./ask-first.ts";
import { type KubernetesArgs, getIfThere } from "./questions.ts";
import { withDeadline, reasonOf, statusOf } from "./api.ts";
import { kubePatch } from "./request.ts";
import { type Handover, handOver, managedFields } from "./managed-fields.ts";

/**
 * For an object that people annotate, label and edit: keeps what they have set with kubectl and is not declared, which
 * the Kubernetes provider would remove with an update, fencing and hibernation of a database included. Just before, the
 * fields are given to an owner of another name; the object itself does not change, nor the state, nor a diff.
 */
export function keepsFields(
  resource: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined) return {};
  return beforeUpdate(resource, (inputs, before) => keepFields(kubernetes, inputs, before, resource));
}

const identity = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/** Says what would be lost, where it cannot be kept; a preview tries, and changes nothing. */
export async function keepFields(
  kubernetes: KubernetesArgs,
  inputs: NewInputs,
  inputsBefore: NewInputs,
  resource: pulumi.Resource,
): Promise<string | undefined> {
  const [now, before] = await Promise.all([knownParts(inputs), knownParts(inputsBefore)]);
  const object = identity.safeParse(now).data;
  if (object === undefined) return undefined;
  const where = object.metadata.namespace === undefined ? "" : ` in namespace ${object.metadata.namespace}`;
  const what = `${object.kind} ${object.metadata.name}${where}`;
  const path = apiPathOf(object);
  const declarations = [now, before].map(asStored);
  for (let tries = 1; ; tries += 1) {
    const live = await askedBeforeMaking(
      `${what} has fields that were set with kubectl and would be lost`,
      `get ${object.kind}s there`,
      () => getIfThere(kubernetes, path, liveObject),
      resource,
    );
    const handover = live && handOver(live.metadata.managedFields, declarations);
    if (live === undefined || handover === undefined) return undefined;
    try {
      await patch(kubernetes, path, live.metadata.resourceVersion, handover);
      return undefined;
    } catch (error) {
      // The operator writes its own part at any time.
      if (statusOf(error) === 409 && tries < 10) continue;
      return notKept(what, handover.kept, error, resource);
    }
  }
}

const liveObject = z.object({ metadata: z.object({ resourceVersion: z.string(), managedFields }) });

/** All kinds that the components make have a plural of this form. */
function apiPathOf({ apiVersion, kind, metadata: { namespace, name } }: z.output<typeof identity>): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${group}${within}/${kind.toLowerCase()}s/${encodeURIComponent(name)}`;
}

/** Kubernetes keeps the `stringData` of a Secret as `data`. */
function asStored(declared: Record<string, unknown>): Record<string, unknown> {
  const { stringData, ...rest } = declared;
  if (typeof stringData !== "object" || stringData === null) return declared;
  return { ...rest, data: { ...(typeof rest.data === "object" ? rest.data : {}), ...stringData } };
}

function patch(
  kubernetes: KubernetesArgs,
  path: string,
  resourceVersion: string,
  { entries }: Handover,
): Promise<unknown> {
  const operations = [
    { op: "replace", path: "/metadata/managedFields", value: entries },
    // Of the object as it was read: another's change since then is a conflict.
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
  ] as const;
  const target = pulumi.runtime.isDryRun() ? `${path}?dryRun=All` : path;
  return withDeadline(10_000, (deadline) => kubePatch(kubernetes, target, operations, deadline));
}

function notKept(
  what: string,
  kept: readonly string[],
  error: unknown,
  resource: pulumi.Resource,
): string | undefined {
  const problem =
    `${what} has fields that were set with kubectl, and this update would remove them: ${kept.join(", ")}. They could ` +
    `not be kept (${reasonOf(error)}).`;
  if (!pulumi.runtime.isDryRun()) {
    return `${problem} Give the account that runs pulumi the right to patch it, then run \`pulumi up\` again.`;
  }
  log("warn", problem, resource);
  return undefined;
}
