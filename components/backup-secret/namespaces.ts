import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { type BackupSecretArgs, lastingNamespace, secretMaker } from "./secret.ts";

/** A namespace that gets the Secret. */
export interface BackupNamespaceArgs {
  /** The namespace's name; part of the names of its resources. */
  name: string;

  /** Create the namespace. Pulumi never deletes it. Default: false, it already exists. */
  create?: boolean | undefined;
}

/** Arguments of {@link BackupNamespaces}. */
export interface BackupNamespacesArgs extends BackupSecretArgs {
  /** The namespaces that get the Secret, each once. */
  namespaces: BackupNamespaceArgs[];
}

/**
 * The Secret of `BackupCredentials` in each of many namespaces. One component makes all of them because the engine
 * writes the stack's state at each step of each resource: with hundreds of namespaces, one component each would make the
 * first update take nearly twice as long.
 */
export class BackupNamespaces extends pulumi.ComponentResource {
  /** The namespaces, in the order given. Known when their Secrets exist. */
  readonly namespaces: pulumi.Output<string[]>;

  /** The Secret of each namespace, to depend on and to take its version from. */
  readonly secrets: Readonly<Record<string, k8s.core.v1.Secret>>;

  constructor(name: string, args: BackupNamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cnpg-rgw:backup:BackupNamespaces", name, {}, opts);
    for (const namespace of args.namespaces) checked(this, "namespaces", namespace.name, namespaceRule);
    const makeSecret = secretMaker(args, this);
    const secrets = args.namespaces.map(({ name: namespace, create }) => {
      const prefix = `${name}-${namespace}`;
      // By its name and not by its output, which the state would note twice in each Secret.
      const dependsOn = create ? [lastingNamespace(prefix, namespace, this)] : [];
      return [namespace, makeSecret(prefix, namespace, { dependsOn })] as const;
    });
    this.secrets = Object.fromEntries(secrets);
    this.namespaces = pulumi.all(secrets.map(([, { metadata }]) => metadata.namespace));
    this.registerOutputs({ namespaces: this.namespaces });
  }
}
