import { cephTheme } from "./ceph.ts";
import { engineTheme } from "./engine.ts";
import type { Theme } from "./fault.ts";
import { imageTheme, kubernetesTheme } from "./kubernetes.ts";
import { networkTheme } from "./network.ts";
import { sshTheme } from "./ssh.ts";

/** The fault matrix, in the order of docs/faults.md. */
export const themes: readonly Theme[] = [
  sshTheme,
  cephTheme,
  kubernetesTheme,
  imageTheme,
  networkTheme,
  engineTheme,
];
