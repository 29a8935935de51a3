import provider from "@pulumi/pulumi/proto/provider_pb.js";
import resource from "@pulumi/pulumi/proto/resource_pb.js";

/**
 * Keeps secrets out of the debug log (`pulumi up --debug`, `-v=3`). Pulumi's SDK writes each answer of the engine into
 * it as text, the secret outputs of resources included, such as a generated key; the engine masks only the secrets
 * that it knows from the config. With this, no answer is written out.
 */
export function keepSecretsOutOfDebugLog(): void {
  for (const answer of [
    resource.RegisterResourceResponse,
    resource.ReadResourceResponse,
    provider.InvokeResponse,
    provider.CallResponse,
  ]) {
    answer.prototype.toString = () => "[not shown, it may hold secrets]";
  }
}
