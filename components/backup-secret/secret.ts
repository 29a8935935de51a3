import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { keepsFields } from "../kubernetes/keep-fields.ts";
import { ownerLabel, ownerLabelOf, takesBack } from "../kubernetes/owner.ts";
import { type PreflightArgs, kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import { backupSecretName, backupSecretKeys } from "./contract.ts";
import { type S3ConnectionArgs, withoutSlash } from "../s3/connection.ts";
import { bucketRule, caBundleRule, endpointRule, keyRule, pathRule, regionRule } from "../s3/rules.ts";
import { refusesOthersSecret } from "./existing-secret.ts";

/** What the Secret of a namespace holds. */
export interface BackupSecretArgs {
  /** The S3 store and the keys that databases back up with. */
  connection: S3ConnectionArgs;

  /** The bucket for backups. */
  bucket: pulumi.Input<string>;

  /** Prefix in the bucket, starting with a slash, such as `/homelab-cluster`. */
  path: pulumi.Input<string>;

  /** How Kubernetes is asked, before a Secret is made, whether one of others, or with other S3 keys, exists. */
  preflight?: PreflightArgs | undefined;
}

/** Makes the Secret of a namespace, as the resource `<name>-secret`. @internal */
export type SecretMaker = (
  name: string,
  namespace: pulumi.Input<string>,
  opts?: pulumi.CustomResourceOptions,
) => k8s.core.v1.Secret;

/** Checks the values once, for any number of Secrets that hold them. @internal */
export function secretMaker(args: BackupSecretArgs, parent: pulumi.ComponentResource): SecretMaker {
  const stringData = secretData(args, parent);
  const kubernetes = kubernetesToAsk(parent, args.preflight);
  const hooks = pulumi.mergeOptions(
    refusesOthersSecret(parent, kubernetes, stringData),
    keepsFields(parent, kubernetes),
  );
  return (name, namespace, opts) =>
    new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: {
          name: backupSecretName,
          namespace,
          // The first lets a database notice new keys without a restart.
          labels: { "cnpg.io/reload": "true", [ownerLabel]: ownerLabelOf(parent) },
          annotations: takesBack,
        },
        stringData,
      },
      { ...opts, parent, ...hooks },
    );
}

/** A namespace that outlives the stack, for databases may live in it by then. @internal */
export function lastingNamespace(
  name: string,
  namespace: pulumi.Input<string>,
  parent: pulumi.Resource,
): k8s.core.v1.Namespace {
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    { metadata: { name: namespace } },
    { parent, retainOnDelete: true },
  );
}

/** Only the keys are marked secret, so that previews show what else changes. */
function secretData(
  { connection, bucket, path }: BackupSecretArgs,
  resource: pulumi.Resource,
): Record<string, pulumi.Input<string>> {
  const { endpoint, region, caBundle, accessKeyId, secretAccessKey } = connection;
  const data = {
    [backupSecretKeys.accessKeyId]: pulumi.secret(
      checked(resource, "connection.accessKeyId", accessKeyId, keyRule),
    ),
    [backupSecretKeys.secretAccessKey]: pulumi.secret(
      checked(resource, "connection.secretAccessKey", secretAccessKey, keyRule),
    ),
    [backupSecretKeys.region]: checked(resource, "connection.region", region, regionRule).apply(
      (label) => label ?? "local",
    ),
    [backupSecretKeys.endpoint]: checked(resource, "connection.endpoint", endpoint, endpointRule).apply(
      withoutSlash,
    ),
    [backupSecretKeys.bucket]: checked(resource, "bucket", bucket, bucketRule),
    [backupSecretKeys.path]: checked(resource, "path", path, pathRule),
  };
  if (caBundle === undefined) return data;
  const pem = checked(resource, "connection.caBundle", caBundle, caBundleRule).apply((known) => known ?? "");
  return { ...data, [backupSecretKeys.caBundle]: pem };
}
