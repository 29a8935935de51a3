import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { userError } from "../check.ts";
import { isPlainObject } from "./crds/plain-object.ts";
import { schemaProblems } from "./crds/schema-problems.ts";
import { apiVersions } from "./crds/schema.ts";
import type { CrdKind, SpecInput, SpecOf } from "./crds/types.ts";
import { advisesOnWebhook } from "./webhook-advice.ts";

export interface CustomResourceArgs<K extends CrdKind> {
  metadata: pulumi.Input<kubernetes.types.input.meta.v1.ObjectMeta>;

  /** Checked against the CRD's schema, in previews too: what is plain at once, outputs as soon as they are known. */
  spec: SpecInput<SpecOf<K>>;
}

/** A custom resource whose spec the API server will keep as it is; otherwise one error lists all that is wrong. */
export function customResource<K extends CrdKind>(
  kind: K,
  name: string,
  { metadata, spec }: CustomResourceArgs<K>,
  opts: pulumi.CustomResourceOptions = {},
): kubernetes.apiextensions.CustomResource {
  const check = (known: unknown, showValues: boolean): void => {
    const problems = schemaProblems(kind, known, { showValues });
    if (problems.length > 0) throw userError(report(kind, name, problems), opts.parent);
  };
  check(knownPart(spec), true);
  // The spec itself goes in as it is, for one secret or unknown output in it would make it so as a whole.
  const whole = pulumi.output<object>(spec);
  const gate = whole.apply(async (known) => {
    check(known, !(await pulumi.isSecret(whole)));
    return [];
  });
  return new kubernetes.apiextensions.CustomResource(
    name,
    { apiVersion: apiVersions[kind], kind, metadata, spec },
    pulumi.mergeOptions({ ...opts, dependsOn: both(opts.dependsOn, gate) }, advisesOnWebhook(opts.parent)),
  );
}

type DependsOn = NonNullable<pulumi.CustomResourceOptions["dependsOn"]>;

/** The SDK takes lists in lists; one output made of both would, while it is unknown, depend on nothing at all. */
function both(given: DependsOn | undefined, gate: DependsOn): pulumi.Input<pulumi.Resource>[] {
  return [given ?? [], gate] as pulumi.Input<pulumi.Resource>[];
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
