import * as pulumi from "@pulumi/pulumi";

/**
 * Takes the stack's config, with its secrets in plain text, out of what login commands of a kubeconfig inherit. The SDK
 * has its own copy by then: it reads the variable once, when it starts.
 */
export function keepConfigFromLoginCommands(): void {
  pulumi.runtime.allConfig();
  delete process.env.PULUMI_CONFIG;
}
