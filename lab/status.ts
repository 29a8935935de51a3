import { cephStatus } from "./ceph/index.ts";
import { kubernetesStatus } from "./kubernetes/index.ts";
import type { HostName } from "./layout.ts";

/** A part of the lab as `status` shows it. */
export interface PartStatus {
  readonly part: string;
  readonly host: HostName;
  readonly up: boolean;
  /** One line: an address, a health word, or what is wrong. */
  readonly detail: string;
}

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
