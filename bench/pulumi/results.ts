import type { Peaks } from "./processes.ts";
import type { Connections } from "./ssh.ts";
import type { ProgramName } from "./workspace.ts";

export const operations = ["first up", "no-op up", "preview", "one more namespace", "destroy"] as const;
export type Operation = (typeof operations)[number];

/** An operation of one program at one number of namespaces: medians. */
export interface OperationResult {
  readonly program: ProgramName;
  readonly namespaces: number;
  readonly operation: Operation;
  readonly seconds: number;
  /** (slowest − fastest) / median of the runs; undefined with one run. */
  readonly spread: number | undefined;
  readonly cpuSeconds: number;
  readonly peaks: Peaks;
}

export interface SshResult {
  /** The engine's `--parallel`. */
  readonly parallel: number;
  readonly namespaces: number;
  readonly up: Connections;
  readonly destroy: Connections;
}

export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly runs: number;
  readonly operations: readonly OperationResult[];
  readonly ssh: readonly SshResult[];
}
