import { CommandProvider } from "../../../../../lab/providers/command/provider.ts";
import { KubernetesProvider } from "../../../../../lab/providers/kubernetes/provider.ts";
import { randomProvider } from "../../../../../lab/providers/random/provider.ts";
import type { Log, ProviderDefinition } from "../../../../../lab/providers/sdk/provider.ts";
import { kubeconfigFor } from "../../../components/kubernetes/api-server.ts";
import type { RecordedCall } from "./recorded.ts";

const silent = () => undefined;
const log: Log = {
  debug: silent,
  info: silent,
  warning: silent,
  error: silent,
  status: silent,
};

/** The stand-in for a call, configured as the official plugin was at that step. */
export async function definitionFor(call: RecordedCall, cluster: string): Promise<ProviderDefinition> {
  if (call.provider === "random") return randomProvider;
  if (call.provider === "command") {
    const command = new CommandProvider();
    await command.configure({}, log);
    return command;
  }
  const kubernetes = new KubernetesProvider();
  const server = /^q0[45]/.test(call.step) ? "https://127.0.0.1:1" : cluster;
  const kubeconfig = kubeconfigFor(server);
  // The small programs had a provider of their own, with a kubeconfig and nothing else.
  const own = { enableSecretMutable: "true", upsertExistingObjects: "true" };
  await kubernetes.configure({ kubeconfig, ...(/^\d/.test(call.step) ? own : {}) }, log);
  return kubernetes;
}
