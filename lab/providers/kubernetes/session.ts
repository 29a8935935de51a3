import type { KubeConfig } from "@kubernetes/client-node";
import { messageOf } from "../sdk/errors.ts";
import type { Log } from "../sdk/provider.ts";
import { KubernetesApi } from "./cluster/api.ts";
import { Connection } from "./cluster/connection.ts";
import { loadKubeconfig } from "./cluster/kubeconfig.ts";
import { DeclaredScopes } from "./cluster/scopes.ts";
import type { Settings } from "./config.ts";
import { hasNoNamespace } from "./objects/kinds.ts";
import type { Kind } from "./objects/object.ts";

/** What a configured provider works with. */
export class Session {
  readonly log: Log;
  readonly settings: Settings & { namespace: string };
  readonly kubeconfig: KubeConfig | undefined;
  /** Definitions that this run declares. */
  readonly scopes = new DeclaredScopes();
  readonly #api: KubernetesApi | undefined;
  #problem: Promise<string | undefined> | undefined;

  constructor(settings: Settings, log: Log) {
    this.log = log;
    try {
      this.kubeconfig = loadKubeconfig(settings);
      this.#api = new KubernetesApi(new Connection(this.kubeconfig, settings.requestTimeoutSeconds));
    } catch (error) {
      // Not an error yet: a preview works without a cluster.
      this.#problem = Promise.resolve(unusable(settings.kubeconfig, error));
    }
    const context = this.kubeconfig?.getContextObject(this.kubeconfig.getCurrentContext());
    this.settings = { ...settings, namespace: settings.namespace ?? context?.namespace ?? "default" };
  }

  get api(): KubernetesApi {
    if (this.#api === undefined) throw new Error("the kubeconfig cannot be used");
    return this.#api;
  }

  /** Why the cluster cannot be used, found out once; undefined when it can. */
  async unreachable(): Promise<string | undefined> {
    this.#problem ??= this.api.problem();
    return this.#problem;
  }

  async requireCluster(): Promise<void> {
    const problem = await this.unreachable();
    if (problem !== undefined) throw new Error(`configured Kubernetes cluster is unreachable: ${problem}`);
  }

  /** Whether an object can be looked at; where its cluster is gone for good, the user may have it forgotten. */
  async canRead(urn: string): Promise<boolean> {
    if (!(await this.#isLost(urn))) return true;
    if (this.settings.deleteUnreachable) return false;
    throw new Error(`failed to read resource state due to unreachable cluster. ${ifDeleted}`);
  }

  /** Whether an object has to be deleted, likewise. */
  async canDelete(urn: string): Promise<boolean> {
    if (!(await this.#isLost(urn))) return true;
    if (this.settings.deleteUnreachable) return false;
    throw new Error(`configured Kubernetes cluster is unreachable. ${ifDeleted}`);
  }

  async #isLost(urn: string): Promise<boolean> {
    const problem = await this.unreachable();
    if (problem === undefined) return false;
    this.log.warning(`configured Kubernetes cluster is unreachable: ${problem}`, urn);
    return true;
  }

  /** A kind that neither the API server nor this run knows is taken as namespaced until it is created. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    const unreachable = (await this.unreachable()) !== undefined;
    const served = unreachable ? undefined : await this.api.discovery.find(kind);
    return served?.namespaced ?? this.scopes.isNamespaced(kind) ?? !hasNoNamespace(kind);
  }
}

const ifDeleted =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

/** In the official plugin's words. */
function unusable(given: string | undefined, error: unknown): string {
  if (given !== undefined) {
    return `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${messageOf(error)}`;
  }
  return (
    "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n" +
    " \t • set up the provider as per " +
    `https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n ${messageOf(error)}`
  );
}
