import { z } from "zod";
import { LabError } from "../../lab/errors.ts";
import { python } from "./pod.ts";

/** What commands took, together. */
export interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory that they held at once; 0 where it was not looked at, for that takes time. */
  readonly peakBytes: number;
}

const answer = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakBytes: z.number(),
  failures: z.array(z.string()),
});

interface Options {
  readonly environment?: Readonly<Record<string, string>>;
  /** Look at memory instead of time. */
  readonly samples?: boolean;
}

/** Runs batches of commands beside barman-cloud, one batch after the other and the commands of each at once. */
export async function measure(batches: readonly string[][][], options: Options = {}): Promise<Usage> {
  const { failures, ...usage } = await python("measure", { batches, ...options }, answer);
  if (failures.length > 0) throw new LabError(failures.join("\n"));
  return usage;
}

/** Consecutive groups of at most so many. */
export function groups<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
