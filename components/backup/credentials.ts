import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checked } from "../check.ts";
import { type PreflightArgs, clusterToAsk } from "../cnpg/preflight.ts";
import { namespaceRule } from "../cnpg/rules.ts";
import { backupSecretName, secretKeys } from "../cnpg/store.ts";
import { type S3ConnectionArgs, withoutSlash } from "../s3/connection.ts";
import { refusesOtherKeys } from "./existing-secret.ts";
import { bucketRule, caBundleRule, endpointRule, keyRule, pathRule, regionRule } from "../s3/rules.ts";

export interface BackupCredentialsArgs {
  /** The namespace that gets the Secret. */
  namespace: pulumi.Input<string>;

  /**
   * Make the namespace. Default: false, it exists already. One that was made here is never deleted by Pulumi, for
   * databases may live in it by then.
   */
  createNamespace?: boolean | undefined;

  /** The S3 store and the keys that databases in this namespace back up with. */
  connection: S3ConnectionArgs;

  /** The bucket for backups. */
  bucket: pulumi.Input<string>;

  /** Prefix in the bucket, starting with a slash, such as `/homelab-cluster`. */
  path: pulumi.Input<string>;

  /** The question to the cluster, before the Secret is made, whether there is one with other S3 keys. */
  preflight?: PreflightArgs | undefined;
}

/**
 * The Secret `cnpg-backup-s3` in one namespace: `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, `S3_REGION`,
 * `S3_ENDPOINT`, `S3_BUCKET` and `S3_PATH`, and `S3_CA_BUNDLE` where the store has a private CA. A change updates it in place if the Kubernetes provider has
 * `enableSecretMutable` on; otherwise the provider deletes it and makes it anew. One that is there already is taken over,
 * if the provider has `upsertExistingObjects` on, with what else is in it; one with other S3 keys is an error.
 */
export class BackupCredentials extends pulumi.ComponentResource {
  /** The namespace. */
  readonly namespace: pulumi.Output<string>;

  /** The Secret's name; resolves once it exists. */
  readonly secretName: pulumi.Output<string>;

  /** Changes with the Secret: its `metadata.resourceVersion`. A database needs it to notice new keys. */
  readonly secretVersion: pulumi.Output<string>;

  constructor(name: string, args: BackupCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:backup:BackupCredentials", name, {}, opts);
    const given = checked(this, "namespace", args.namespace, namespaceRule);
    const namespace = args.createNamespace ? makeNamespace(name, given, this) : given;
    const stringData = secretData(args, this);
    const secret = new kubernetes.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: {
          name: backupSecretName,
          namespace,
          // Lets a database notice new keys without a restart.
          labels: { "cnpg.io/reload": "true" },
          // A field that was edited by hand belongs to whoever edited it; without this, the update would be refused.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        stringData,
      },
      {
        parent: this,
        ...refusesOtherKeys(this, clusterToAsk(this, args.preflight), namespace, stringData),
      },
    );
    this.namespace = secret.metadata.namespace;
    this.secretName = secret.metadata.name;
    this.secretVersion = secret.metadata.resourceVersion;
    this.registerOutputs({
      namespace: this.namespace,
      secretName: this.secretName,
      secretVersion: this.secretVersion,
    });
  }
}

function makeNamespace(
  name: string,
  namespace: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const made = new kubernetes.core.v1.Namespace(
    `${name}-namespace`,
    { metadata: { name: namespace } },
    { parent, retainOnDelete: true },
  );
  return made.metadata.name;
}

/** Only the keys are marked secret, so that previews show what else changes. */
function secretData(
  { connection, bucket, path }: BackupCredentialsArgs,
  resource: pulumi.Resource,
): Record<string, pulumi.Input<string>> {
  const { endpoint, region, caBundle, accessKeyId, secretAccessKey } = connection;
  const data = {
    [secretKeys.accessKeyId]: pulumi.secret(
      checked(resource, "connection.accessKeyId", accessKeyId, keyRule),
    ),
    [secretKeys.secretAccessKey]: pulumi.secret(
      checked(resource, "connection.secretAccessKey", secretAccessKey, keyRule),
    ),
    [secretKeys.region]: checked(resource, "connection.region", region, regionRule).apply(
      (label) => label ?? "local",
    ),
    [secretKeys.endpoint]: checked(resource, "connection.endpoint", endpoint, endpointRule).apply(
      withoutSlash,
    ),
    [secretKeys.bucket]: checked(resource, "bucket", bucket, bucketRule),
    [secretKeys.path]: checked(resource, "path", path, pathRule),
  };
  if (caBundle === undefined) return data;
  const pem = checked(resource, "connection.caBundle", caBundle, caBundleRule).apply((known) => known ?? "");
  return { ...data, [secretKeys.caBundle]: pem };
}
