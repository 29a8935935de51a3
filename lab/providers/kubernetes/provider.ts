import type { CheckResult, Diff, Log, ProviderDefinition, Props, Resource } from "../sdk/provider.ts";
import { diffProvider } from "./cluster/kubeconfig.ts";
import { checkConfig, parseConfig } from "./config.ts";
import { ReleaseResource } from "./helm/release.ts";
import { meaningOf } from "./objects/kinds.ts";
import { ObjectResource } from "./objects/resource.ts";
import { pluginVersion } from "../versions.ts";
import { Session } from "./session.ts";

const releaseType = "kubernetes:helm.sh/v3:Release";

/** The lab's own stand-in for the official plugin `kubernetes`: objects of any kind, and Helm releases. */
export class KubernetesProvider implements ProviderDefinition {
  readonly name = "kubernetes";
  readonly version = pluginVersion("kubernetes");
  #session: Session | undefined;

  async checkConfig({ news }: { news: Props }): Promise<CheckResult> {
    return Promise.resolve({ inputs: news, failures: checkConfig(news) });
  }

  async diffConfig({ olds, news }: { olds: Props; news: Props }): Promise<Diff> {
    return Promise.resolve(diffProvider(olds, news));
  }

  async configure(config: Props, log: Log): Promise<void> {
    this.#session = new Session(parseConfig(config), log);
    return Promise.resolve();
  }

  resource(type: string): Resource | undefined {
    const session = this.#session;
    if (session === undefined) throw new Error("the provider is not configured yet");
    if (type === releaseType) return new ReleaseResource(session);
    const meaning = meaningOf(type);
    if (meaning === undefined) return undefined;
    if ("refused" in meaning) throw new Error(meaning.refused);
    return new ObjectResource(session, meaning.object);
  }
}
