import type * as pulumi from "@pulumi/pulumi";

import { beforeCreate } from "../before-create.ts";
import { askedBeforeMaking } from "../cnpg/before-making.ts";
import { type ClusterArgs, type FoundSecret, findSecret } from "../cnpg/cluster.ts";
import { namespaceIn } from "../cnpg/named.ts";
import { backupSecretName, secretKeys } from "../cnpg/store.ts";
import { knownValues } from "../known-values.ts";
import { say } from "../say.ts";

/**
 * A Secret of this name that is there already is taken over: what it has beside our values stays. One with other S3
 * keys is refused, since they may be nowhere else, and a database that uses them would lose its archive. For any number
 * of Secrets with the same values.
 */
export function refusesOtherKeys(
  resource: pulumi.Resource,
  cluster: ClusterArgs | undefined,
  declared: Record<string, pulumi.Input<string>>,
): { hooks?: pulumi.ResourceHookBinding } {
  if (cluster === undefined) return {};
  return beforeCreate(resource, async (inputs) => {
    const [namespace, values] = await Promise.all([namespaceIn(inputs.metadata), knownValues(declared)]);
    if (namespace === undefined) return undefined;
    const found = await askedBeforeMaking(
      `Secret ${backupSecretName} is in namespace ${namespace} already`,
      "get Secrets there",
      () => findSecret(cluster, namespace, backupSecretName),
      resource,
    );
    if (found === undefined) return undefined;
    const problem = reasonToRefuse(found, values);
    if (problem !== undefined) {
      return (
        `Secret ${backupSecretName} is in namespace ${namespace} already, ${problem} If nobody needs it any more: ` +
        `kubectl -n ${namespace} delete secret ${backupSecretName}`
      );
    }
    warnOfChanges(found, values, namespace, resource);
    return undefined;
  });
}

/** What is not known yet is about to be generated, so it differs from whatever there is. */
export function reasonToRefuse(
  { data, isImmutable, type }: FoundSecret,
  declared: Record<string, unknown>,
): string | undefined {
  const keys = [secretKeys.accessKeyId, secretKeys.secretAccessKey];
  const other = keys.filter((key) => data[key] !== undefined && data[key] !== declared[key]);
  if (other.length > 0) {
    return (
      `with other S3 keys than the declared ones (${other.join(", ")}): databases that use it would lose their ` +
      "archive. Declare those keys (cnpg-rgw:accessKeyId and cnpg-rgw:secretAccessKey)."
    );
  }
  if (isImmutable) return "and is immutable.";
  return type === "Opaque" ? undefined : `of type ${type}, which cannot be changed to Opaque.`;
}

function warnOfChanges(
  { data, flux }: FoundSecret,
  declared: Record<string, unknown>,
  namespace: string,
  resource: pulumi.Resource,
): void {
  const what = `Secret ${backupSecretName} in namespace ${namespace}`;
  const changes = Object.keys(declared).filter(
    (key) => data[key] !== undefined && data[key] !== declared[key],
  );
  if (changes.length > 0) {
    say("warn", `${what} is there already, and these of its values change: ${changes.join(", ")}`, resource);
  }
  if (flux !== undefined) {
    say(
      "warn",
      `${what} belongs to Flux, ${flux}, which would write it, too, or delete it: have Flux let go of it first, see ` +
        '"Move an existing homelab in" in the README',
      resource,
    );
  }
}
