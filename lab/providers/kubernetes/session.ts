import type { KubeConfig } from "@kubernetes/client-node";
import type { Log } from "../sdk/provider.ts";
import { KubernetesApi } from "./cluster/api.ts";
import { Connection } from "./cluster/connection.ts";
import { loadKubeconfig } from "./cluster/kubeconfig.ts";
import { DeclaredScopes } from "./cluster/scopes.ts";
import type { Settings } from "./config.ts";
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
      this.#problem = Promise.resolve(`the kubeconfig cannot be used: ${String(error)}`);
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
    if (problem !== undefined)
      throw new Error(`the configured Kubernetes cluster is unreachable: ${problem}`);
  }

  /** A kind that neither the API server nor this run knows is taken as namespaced until it is created. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    const unreachable = (await this.unreachable()) !== undefined;
    const served = unreachable ? undefined : await this.api.discovery.find(kind);
    return served?.namespaced ?? this.scopes.isNamespaced(kind) ?? true;
  }
}
