import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { type BackupSecretArgs, lastingNamespace, secretMaker } from "./secret.ts";

export interface BackupCredentialsArgs extends BackupSecretArgs {
  /** The namespace that gets the Secret. */
  namespace: pulumi.Input<string>;

  /**
   * Make the namespace. Default: false, it exists already. One that was made here is never deleted by Pulumi, for
   * databases may live in it by then.
   */
  createNamespace?: boolean | undefined;
}

/**
 * The Secret `cnpg-backup-s3` in one namespace: `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, `S3_REGION`,
 * `S3_ENDPOINT`, `S3_BUCKET` and `S3_PATH`, and `S3_CA_BUNDLE` where the store has a private CA. A change updates it in place if the Kubernetes provider has
 * `enableSecretMutable` on; otherwise the provider deletes it and makes it anew. One that is there already is taken over,
 * if the provider has `upsertExistingObjects` on, with what else is in it; one with other S3 keys is an error. For many
 * namespaces there is `BackupNamespaces`.
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
    const makeSecret = secretMaker(args, this);
    const namespace = args.createNamespace ? lastingNamespace(name, given, this).metadata.name : given;
    const { metadata } = makeSecret(name, namespace);
    this.namespace = metadata.namespace;
    this.secretName = metadata.name;
    this.secretVersion = metadata.resourceVersion;
    this.registerOutputs({
      namespace: this.namespace,
      secretName: this.secretName,
      secretVersion: this.secretVersion,
    });
  }
}
