import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type Rule, checked, ifGiven } from "../pulumi/arguments.ts";
import type { KubernetesArgs } from "../kubernetes/questions.ts";
import { keepsFields } from "../kubernetes/keep-fields.ts";
import { ownerLabel, ownerLabelOf } from "../kubernetes/owner.ts";
import { type PreflightArgs, kubernetesToAsk } from "../kubernetes/preflight-args.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { pluginImages } from "../versions.ts";
import {
  type PluginContainer,
  type ResourceRequirements,
  type TlsSecretNames,
  deployment,
} from "./deployment.ts";
import manifest from "./generated/manifest.json" with { type: "json" };
import { barmanPluginType, refusesSecondPlugin } from "./existing-plugin.ts";
import { objectStoreDefinition, permissions } from "./objects.ts";
import { whereOperatorIs } from "./required-operator.ts";
import { imageRule, pullPolicyRule } from "./rules.ts";
import { certManagerCertificates, ownCertificates } from "./tls.ts";

/** Arguments of {@link BarmanCloudPlugin}. */
export interface BarmanCloudPluginArgs {
  /**
   * The operator's namespace: the operator only uses plugins in its own namespace. If there is no operator in it, the
   * component fails with an error that says so. Default: `cnpg-system`.
   */
  namespace?: pulumi.Input<string> | undefined;

  /**
   * The plugin's image. Default: `ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0`. A mirror must
   * have the same version, because the plugin's other objects are of that release. Pin it by digest:
   * `…:v0.14.0@sha256:…`.
   */
  image?: pulumi.Input<string | undefined>;

  /**
   * Image of the sidecar that the plugin adds to each PostgreSQL pod to archive and restore. If you change it, every
   * database that backs up with the plugin restarts, instance by instance. Default:
   * `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.14.0`.
   */
  sidecarImage?: pulumi.Input<string | undefined>;

  /**
   * When to pull the plugin's image: `Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`. The sidecar's
   * follows the Cluster's `imagePullPolicy`.
   */
  imagePullPolicy?: pulumi.Input<string | undefined>;

  /**
   * CPU and memory of the plugin's pod, as in a Kubernetes container; replaces the default as a whole. Default:
   * requests of 50m CPU and 100Mi memory, no limits.
   */
  resources?: pulumi.Input<k8s.types.input.core.v1.ResourceRequirements | undefined>;

  /** The certificates that the component makes itself. Ignored where `certManager` is enabled. */
  certificates?: PluginCertificatesArgs | undefined;

  /** Leave the certificates to cert-manager. Default: off. */
  certManager?: CertManagerArgs | undefined;

  /**
   * How Kubernetes is asked, before the plugin is touched, whether the operator is in `namespace`, and whether another
   * stack or tool already made a plugin there.
   */
  preflight?: PreflightArgs | undefined;
}

/** The certificates between operator and plugin. */
export interface PluginCertificatesArgs {
  /**
   * Days that a certificate is valid, a whole number from 30 to 36500. Default: 3650. `pulumi up` renews a certificate
   * when a third of that time is left; nothing restarts. So the plugin works for at least a third of this time after the
   * last `pulumi up`. When a certificate has expired, the operator stops managing every database that uses the plugin,
   * until a `pulumi up` renews it.
   */
  validityDays?: pulumi.Input<number | undefined>;
}

/** Whether cert-manager makes the certificates. */
export interface CertManagerArgs {
  /**
   * Have cert-manager issue and renew the certificates, as the plugin's own manifest does: valid for 90 days, renewed
   * 15 days before they expire. Install cert-manager first: without its CRDs the component fails with an error. At a
   * renewal, operator and plugin may lose their connection for a minute, because one sees the new certificate before the
   * other.
   */
  enabled: boolean;
}

/**
 * The Barman Cloud plugin 0.14.0, with which CloudNativePG backs up databases to S3 and restores them.
 *
 * Make the component depend on the operator (`dependsOn`): the operator must also run when the plugin is removed,
 * because its finalizer is on the plugin's Service. The CRD of ObjectStore, and with it every ObjectStore, stays when
 * the component is removed. The next installation takes it over if the Kubernetes provider has `upsertExistingObjects`
 * on.
 */
export class BarmanCloudPlugin extends pulumi.ComponentResource {
  /** The plugin's namespace. Known when the plugin takes requests. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: BarmanCloudPluginArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super(barmanPluginType, name, {}, opts);
    const container = this.container(args);
    const certManager = args.certManager?.enabled ?? false;
    const kubernetes = kubernetesToAsk(this, args.preflight);
    const account = this.serviceAccount(name, args, kubernetes);
    const namespace = account.metadata.namespace.apply((known) =>
      whereOperatorIs(kubernetes, known, { certManager }, this),
    );
    const tls = certManager
      ? certManagerCertificates(name, namespace, this)
      : ownCertificates(name, namespace, args.certificates?.validityDays, this);
    const behindAccount = { parent: this, dependsOn: account };
    const plugin = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      deployment(namespace, container, tls.secretNames),
      {
        parent: this,
        dependsOn: [
          objectStoreDefinition(name, behindAccount),
          ...permissions(name, namespace, behindAccount),
          ...tls.resources,
        ],
        customTimeouts: { create: "5m", update: "5m" },
        ...keepsFields(this, kubernetes),
      },
    );
    const service = this.service(name, namespace, tls.secretNames, plugin);
    this.namespace = service.metadata.namespace;
    this.registerOutputs({ namespace: this.namespace });
  }

  private container({
    image,
    sidecarImage,
    imagePullPolicy,
    resources,
  }: BarmanCloudPluginArgs): PluginContainer {
    const given = (argument: string, value: pulumi.Input<string | undefined>, rule: Rule<string>) =>
      checked(this, argument, value, ifGiven(rule));
    return {
      image: given("image", image, imageRule).apply((known) => known ?? pluginImages.plugin),
      sidecarImage: given("sidecarImage", sidecarImage, imageRule).apply(
        (known) => known ?? pluginImages.sidecar,
      ),
      imagePullPolicy: given("imagePullPolicy", imagePullPolicy, pullPolicyRule).apply(
        (known) => known ?? "IfNotPresent",
      ),
      resources: pulumi.output(resources).apply((known) => known ?? defaultResources),
    };
  }

  /** The first of all, so that an update ends here where there is a plugin of others. */
  private serviceAccount(
    name: string,
    { namespace = "cnpg-system" }: BarmanCloudPluginArgs,
    kubernetes: KubernetesArgs | undefined,
  ): k8s.core.v1.ServiceAccount {
    const metadata = this.owned(manifest.serviceAccount.metadata);
    return new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { ...metadata, namespace: checked(this, "namespace", namespace, namespaceRule) } },
      { parent: this, ...refusesSecondPlugin(this, kubernetes) },
    );
  }

  /** What the operator knows a plugin by. It comes last and goes first, so that the operator never meets a dead one. */
  private service(
    name: string,
    namespace: pulumi.Output<string>,
    secrets: TlsSecretNames,
    plugin: pulumi.Resource,
  ): k8s.core.v1.Service {
    const { spec } = manifest.service;
    const metadata = this.owned(manifest.service.metadata);
    const annotations = {
      ...metadata.annotations,
      "cnpg.io/pluginServerSecret": secrets.server,
      "cnpg.io/pluginClientSecret": secrets.client,
    };
    return new k8s.core.v1.Service(
      `${name}-service`,
      { metadata: { ...metadata, namespace, annotations }, spec },
      // The operator's finalizer is on it: without an operator that answers it cannot be deleted.
      { parent: this, dependsOn: plugin, customTimeouts: { create: "2m", update: "2m", delete: "2m" } },
    );
  }

  /** With the label by which an update that was broken off knows its own again, and another stack what is not its own. */
  private owned<T extends { labels: Record<string, string> }>(metadata: T) {
    return { ...metadata, labels: { ...metadata.labels, [ownerLabel]: ownerLabelOf(this) } };
  }
}

// As shipped there are none: such a pod is the first to be killed when memory is short.
const defaultResources: ResourceRequirements = { requests: { cpu: "50m", memory: "100Mi" } };
