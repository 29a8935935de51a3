import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { passphraseFile, backendDir, checkoutBin, forcedEngineDir, pulumiHome } from "./home.ts";
import { enginePath } from "./engine.ts";
import { adminKubeconfig, kubernetesBin } from "../kubernetes/paths.ts";

/** What a user's shell on the workstation would have exported. */
export function workstationEnvironment(): Record<string, string> {
  const isForced = existsSync(forcedEngineDir);
  const engineDir = isForced ? forcedEngineDir : dirname(enginePath());
  return {
    // The engine itself comes before the npm package's `pulumi`, which takes half a second to find the same one.
    PATH: [engineDir, checkoutBin, kubernetesBin, process.env.PATH ?? ""].join(delimiter),
    KUBECONFIG: adminKubeconfig,
    PULUMI_HOME: pulumiHome,
    // The backend's library writes a file beside each, and not at one stroke: an engine that is killed meanwhile would
    // leave a stack that cannot be loaded.
    PULUMI_BACKEND_URL: `file://${backendDir}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The workstation has no way out of the lab: a plugin that is missing should be said at once.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Plugins on PATH would come before those that the lab has chosen.
    ...(isForced && { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" }),
  };
}
