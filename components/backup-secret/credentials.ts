import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { type BackupSecretArgs, lastingNamespace, secretMaker } from "./secret.ts";

/** Arguments of {@link BackupCredentials}. */
export interface BackupCredentialsArgs extends BackupSecretArgs {
  /** The namespace that gets the Secret. */
  namespace: pulumi.Input<string>;

  /**
   * Create the namespace. Pulumi never deletes it: databases may live in it by then. Default: false, it already exists.
   */
  createNamespace?: boolean | undefined;
}

/**
 * The Secret `cnpg-backup-s3` in one namespace: `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, `S3_REGION`,
 * `S3_ENDPOINT`, `S3_BUCKET` and `S3_PATH`, and `S3_CA_BUNDLE` where the store has a private CA.
 *
 * Set two options of the Kubernetes provider: with `enableSecretMutable` a change updates the Secret in place, without
 * it the provider deletes it and creates it again. With `upsertExistingObjects` a Secret that already exists is taken
 * over, and its other entries stay. An existing Secret with other S3 keys is an error. For many namespaces use
 * `BackupNamespaces`.
 */
export class BackupCredentials extends pulumi.ComponentResource {
  /** The namespace. */
  readonly namespace: pulumi.Output<string>;

  /** The Secret's name. Known when the Secret exists. */
  readonly secretName: pulumi.Output<string>;

  /** The Secret's `metadata.resourceVersion`, which changes with it. Pass it to databases so that they use new keys. */
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
