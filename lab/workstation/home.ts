import { join } from "node:path";
import { checkout, stateDir } from "../layout.ts";

/** Folders and files of the host `workstation`, where the Pulumi engine and its plugins run. */
export const workstationDir = join(stateDir, "workstation");

/** The lab's own PULUMI_HOME: the lab's plugins must never be found by the user's other stacks. */
export const pulumiHome = join(workstationDir, "pulumi");
/** The engine alone, where the lab's own plugins are forced; see `engineAlone`. */
export const forcedEngineDir = join(workstationDir, "engine");
export const passphraseFile = join(workstationDir, "passphrase");
/** The file backend that holds the state of every stack made in the lab. */
export const backendDir = join(workstationDir, "state");
/** The stack's config as the lab made it; each checkout works on a copy. */
export const stackConfigMaster = join(workstationDir, "Pulumi.lab.yaml");
export const stackConfigFile = join(checkout, "Pulumi.lab.yaml");
export const stackName = "lab";

/** npm's executables of this checkout: Node 24 and the `pulumi` command. */
export const checkoutBin = join(checkout, "node_modules", ".bin");
