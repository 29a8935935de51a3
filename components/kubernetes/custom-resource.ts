import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { userError } from "../pulumi/arguments.ts";
import { isMocked } from "../pulumi/mocks.ts";
import { warnOnce } from "./ask-first.ts";
import type { KubernetesArgs } from "./questions.ts";
import { isPlainObject } from "../text/plain-object.ts";
import { schemaProblems } from "../crds/schema-problems.ts";
import { apiVersions } from "../crds/schema.ts";
import { type ServedSchema, droppedFields } from "../crds/served-schema.ts";
import { servedSchema } from "./served-schema.ts";
import type { CrdKind, SpecInput, SpecOf } from "../crds/types.ts";
import { advisesOnErrors } from "./advice.ts";

export interface CustomResourceArgs<K extends CrdKind> {
  metadata: pulumi.Input<k8s.types.input.meta.v1.ObjectMeta>;

  /** Checked against the CRD's schema, in previews too: what is plain at once, outputs as soon as they are known. */
  spec: SpecInput<SpecOf<K>>;
}

/**
 * A custom resource whose spec the API server will keep as it is; otherwise one error lists all that is wrong.
 *
 * @param cluster its CRD decides which fields there are; without one the CRD of this package does, and an error is thrown at once
 */
export function customResource<K extends CrdKind>(
  kind: K,
  name: string,
  { metadata, spec }: CustomResourceArgs<K>,
  opts: pulumi.CustomResourceOptions = {},
  kubernetes?: KubernetesArgs,
): k8s.apiextensions.CustomResource {
  const check = (known: unknown, showValues: boolean, served?: ServedSchema): void => {
    const problems = schemaProblems(kind, known, { showValues, served });
    if (problems.length > 0) throw userError(report(kind, name, problems), opts.parent);
  };
  const asked = isMocked() ? undefined : kubernetes;
  const now = knownPart(spec);
  if (!asked) check(now, true);
  // The spec itself goes in as it is, for one secret or unknown output in it would make it so as a whole.
  const whole = pulumi.output<object>(spec);
  const gate = whole.apply(async (known) => {
    const served = asked && (await servedSchema(asked, kind));
    check(known, !(await pulumi.isSecret(whole)), served);
    if (served) warnOfDropped(kind, droppedFields(served, known), opts.parent);
    return [];
  });
  // A preview may never know the whole.
  const early =
    asked && pulumi.output(servedSchema(asked, kind).then((served) => (check(now, true, served), [])));
  return new k8s.apiextensions.CustomResource(
    name,
    { apiVersion: apiVersions[kind], kind, metadata, spec },
    pulumi.mergeOptions(
      { ...opts, dependsOn: all(opts.dependsOn, gate, early) },
      advisesOnErrors(opts.parent),
    ),
  );
}

type DependsOn = NonNullable<pulumi.CustomResourceOptions["dependsOn"]>;

/** The SDK takes lists in lists; one output made of all would, while it is unknown, depend on nothing at all. */
function all(...given: (DependsOn | undefined)[]): pulumi.Input<pulumi.Resource>[] {
  return given.map((each) => each ?? []) as pulumi.Input<pulumi.Resource>[];
}

/** In an update that brings a newer operator, its CRD may come before the object. */
function warnOfDropped(
  kind: CrdKind,
  fields: readonly string[],
  resource: pulumi.Resource | undefined,
): void {
  if (fields.length === 0) return;
  warnOnce(
    `dropped ${kind} ${fields.join()}`,
    `The CRD of ${kind} in this Kubernetes has no ${fields.join(", ")}. The API server drops what it does not know ` +
      "silently, unless this update installs an operator whose CRD has it. Update the operator, or leave it out",
    resource,
  );
}

/** The spec with a symbol in the place of each output: the check takes these for values that are right. */
function knownPart(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return Symbol("not known yet");
  if (Array.isArray(value)) return value.map(knownPart);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, knownPart(inner)]));
}

function report(kind: CrdKind, name: string, problems: readonly string[]): string {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) return `${kind} ${name}: ${only}`;
  return [`${kind} ${name}:`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
}
