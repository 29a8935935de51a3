import { keepConfigFromLoginCommands } from "../components/internal.ts";

/**
 * Keeps this program's secrets from those that it starts, which are login commands of a kubeconfig: the config, and the
 * passphrase that decrypts it. They keep the rest of the environment, which they may need: $PULUMI_ACCESS_TOKEN for
 * `pulumi env`, $AWS_PROFILE for `aws eks get-token`. To be called once the config is read.
 */
export function keepSecretsFromOtherPrograms(): void {
  keepConfigFromLoginCommands();
  delete process.env.PULUMI_CONFIG_PASSPHRASE;
}
