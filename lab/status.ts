import { cephStatus } from "./ceph/index.ts";
import { kubernetesStatus } from "./kubernetes/index.ts";
import type { PartStatus } from "./part-status.ts";

export async function labStatus(): Promise<PartStatus[]> {
  return (await Promise.all([cephStatus(), kubernetesStatus()])).flat();
}

/** Prints a line per part. The exit code is 0 when all are up, else 1. */
export async function printStatus(): Promise<number> {
  const parts = await labStatus();
  for (const { part, host, up, detail } of parts) {
    process.stdout.write(`${up ? "up  " : "down"}  ${host.padEnd(12)} ${part.padEnd(26)} ${detail}\n`);
  }
  return parts.every((part) => part.up) ? 0 : 1;
}
