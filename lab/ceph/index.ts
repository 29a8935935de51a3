import type { Artifact } from "../build/artifact.ts";
import { cephRootfs } from "./rootfs.ts";

export { ensureCeph, isCephCreated, stopCeph } from "./cluster.ts";
export { cephFacts } from "./facts.ts";
export { cephShell } from "./shell.ts";
export { cephStatus } from "./status.ts";

export const cephArtifacts: readonly Artifact[] = [cephRootfs];
