import { createHash } from "node:crypto";

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { settled } from "../pulumi/outputs.ts";
import { type KubernetesArgs, getIfThere } from "./questions.ts";

/** Label of an object that says which component made it: by it a component knows its own, and what is of others. */
export const ownerLabel = "cnpg-rgw/component";

/** What a stack is called. */
export interface StackName {
  project: string;
  stack: string;
}

let first: StackName | undefined;

/**
 * Has all components of this stack go by the name that it had first: a stack that was renamed would not know its own
 * any more, for URNs begin with its name.
 */
export function goByFirstName(name: StackName | undefined): void {
  first = name;
}

function urnAtFirst(urn: string): string {
  return first === undefined
    ? urn
    : urn.replace(/^urn:pulumi:.*?::.*?::/, `urn:pulumi:${first.stack}::${first.project}::`);
}

/**
 * The owner label's value: a digest of the component's URN, since label values have at most 63 characters. A promise
 * and no output: children whose inputs depended on their own component would wait for each other endlessly.
 */
export async function ownerLabelOf({ urn }: { urn: pulumi.Output<string> }): Promise<string> {
  return createHash("sha256")
    .update(urnAtFirst(await settled(urn)))
    .digest("hex")
    .slice(0, 40);
}

/** As much of an object as has its owner label. */
export const labelled = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});

/** The owner label of the object at a path of the API; undefined if there is none. Throws if the cluster does not tell. */
export async function ownerAt(
  kubernetes: KubernetesArgs,
  path: string,
): Promise<{ label: string | undefined } | undefined> {
  const found = await getIfThere(kubernetes, path, labelled);
  return found && { label: found.metadata.labels[ownerLabel] };
}

/**
 * Annotations of an object that people edit by hand: a field that was edited belongs to its editor, and without
 * this the Kubernetes provider would refuse to put it back.
 */
export const takesBack = { "pulumi.com/patchForce": "true" };
