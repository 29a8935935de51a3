import * as pulumi from "@pulumi/pulumi";

import { beforeCreate, beforeUpdate } from "../pulumi/hooks.ts";
import { askedBeforeMaking } from "../kubernetes/ask-first.ts";
import { type KubernetesArgs, type FoundSecret, findSecret } from "../kubernetes/questions.ts";
import { namespaceIn } from "../kubernetes/named.ts";
import { labelled, ownerLabel, ownerLabelOf, takesBack } from "../kubernetes/owner.ts";
import { backupSecretName, backupSecretKeys } from "./contract.ts";
import { knownParts, knownValues } from "../pulumi/outputs.ts";
import { log } from "../pulumi/log.ts";

const theSecret = `Secret ${backupSecretName}`;

/**
 * A Secret of this name that is there already is taken over: what it has beside our values stays. Not so one that
 * another component has made, in this stack or another: that one would go on to take it for its own, and either would
 * delete it. Nor one with other S3 keys, since they may be nowhere else, and a database that uses them would lose its
 * archive. For any number of Secrets with the same values.
 */
export function refusesOthersSecret(
  component: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
  declared: Record<string, pulumi.Input<string>>,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined) return {};
  const found = (namespace: string) =>
    askedBeforeMaking(
      `${theSecret} is already in namespace ${namespace}`,
      "get Secrets there",
      () => findSecret(kubernetes, namespace, backupSecretName),
      component,
    );
  return pulumi.mergeOptions(
    beforeCreate(component, async ({ metadata }) => {
      const [namespace, values] = await Promise.all([namespaceIn(metadata), knownValues(declared)]);
      const secret = namespace === undefined ? undefined : await found(namespace);
      if (namespace === undefined || secret === undefined) return undefined;
      const others = madeByOthers(secret, namespace, await ownerLabelOf(component));
      if (others !== undefined) return others;
      const problem = reasonToRefuse(secret, values);
      if (problem !== undefined) {
        return (
          `${theSecret} is already in namespace ${namespace}, ${problem} If no database needs it any more, keep a copy ` +
          `and remove it: kubectl -n ${namespace} get secret ${backupSecretName} -o yaml > ${backupSecretName}.yaml && ` +
          `kubectl -n ${namespace} delete secret ${backupSecretName}`
        );
      }
      warnOfChanges(secret, values, namespace, component);
      return undefined;
    }),
    beforeUpdate(component, async ({ metadata }, { metadata: metadataBefore }) => {
      const namespace = await namespaceIn(metadata);
      const secret = namespace === undefined ? undefined : await found(namespace);
      if (namespace === undefined || secret === undefined) return undefined;
      const owners = [await ownerLabelOf(component), await ownerBefore(metadataBefore)];
      return takenByOthers(secret, namespace, owners);
    }),
  );
}

/** Who made it, by what the stack knows: a component that has got another name or stack since. */
async function ownerBefore(metadata: unknown): Promise<string | undefined> {
  const known = labelled.safeParse(await knownParts({ metadata })).data;
  return known?.metadata.labels[ownerLabel];
}

/** What to do about a Secret that another component made. One that is older than the label is known by its annotation. */
export function madeByOthers(
  { labels, annotations }: Pick<FoundSecret, "labels" | "annotations">,
  namespace: string,
  owner: string,
): string | undefined {
  const label = labels[ownerLabel];
  const isByHand = Object.keys(takesBack).every((name) => annotations[name] === undefined);
  if (label === owner || (label === undefined && isByHand)) return undefined;
  const flag = label === undefined ? "" : " --overwrite";
  return (
    `${theSecret} is already in namespace ${namespace}, and another stack or component made it. If both managed it, ` +
    "each would change it to its own values, and either could delete it. Remove the namespace from the other list and " +
    "run `pulumi up` there, then run it here at once: until then, WAL stays on the volumes. If the component has been " +
    "renamed in this stack, give it `aliases`. If nothing else manages the Secret, hand it to this stack: " +
    `kubectl -n ${namespace} label${flag} secret ${backupSecretName} ${ownerLabel}=${owner}`
  );
}

/** What to do about a Secret that this stack has made, and another one has taken over. */
export function takenByOthers(
  { labels }: Pick<FoundSecret, "labels">,
  namespace: string,
  owners: readonly (string | undefined)[],
): string | undefined {
  const label = labels[ownerLabel];
  if (label === undefined || owners.includes(label)) return undefined;
  return (
    `${theSecret} in namespace ${namespace} belongs to this stack, but another stack or component has taken it over. ` +
    "Each changes it to its own values, and either could delete it. Keep the namespace in one list only: remove it from " +
    "the other list and run `pulumi up` there, which deletes the Secret. Then, at once, run `pulumi up --refresh` where " +
    "it stays, which creates it again. Until then, WAL stays on the volumes. If nothing else manages the Secret, hand it " +
    `to this stack: kubectl -n ${namespace} label --overwrite secret ${backupSecretName} ${ownerLabel}=${owners[0] ?? ""}`
  );
}

/** What is not known yet is about to be generated, so it differs from whatever there is. */
export function reasonToRefuse(
  { data, isImmutable, type }: Pick<FoundSecret, "data" | "isImmutable" | "type">,
  declared: Record<string, unknown>,
): string | undefined {
  const keys = [backupSecretKeys.accessKeyId, backupSecretKeys.secretAccessKey];
  const other = keys.filter((key) => data[key] !== undefined && data[key] !== declared[key]);
  if (other.length > 0) {
    return (
      `with other S3 keys than the declared ones (${other.join(", ")}). Databases that use it would lose access to their ` +
      "archive. Declare those keys (cnpg-rgw:accessKeyId and cnpg-rgw:secretAccessKey)."
    );
  }
  if (isImmutable) return "and is immutable.";
  return type === "Opaque" ? undefined : `with type ${type}, which cannot be changed to Opaque.`;
}

function warnOfChanges(
  { data, flux }: FoundSecret,
  declared: Record<string, unknown>,
  namespace: string,
  resource: pulumi.Resource,
): void {
  const what = `${theSecret} in namespace ${namespace}`;
  const changes = Object.keys(declared).filter(
    (key) => data[key] !== undefined && data[key] !== declared[key],
  );
  if (changes.length > 0) {
    log("warn", `${what} already exists. These of its values change: ${changes.join(", ")}`, resource);
  }
  if (flux !== undefined) {
    log(
      "warn",
      `${what} belongs to Flux (${flux}), which would change it back or delete it. Make Flux release it first, see ` +
        "docs/adopting.md#1-have-flux-let-go",
      resource,
    );
  }
}
