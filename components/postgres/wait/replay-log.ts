import { z } from "zod";

import { fromJson } from "../../pulumi/arguments.ts";
import { lsnBytes } from "../../archive/wal-segment.ts";

/** What PostgreSQL's log says of a recovery. */
export interface ReplayLog {
  /** Settings that are lower than WAL to be replayed demands: PostgreSQL has paused for good. */
  pausedFor: LowSetting[];

  /** Where the last record that was replayed starts (LSN), once replay has ended. */
  lastRecordAt: number | undefined;

  /** PostgreSQL ended, since the recovery target was not reached. */
  isTargetMissed: boolean;
}

export interface LowSetting {
  parameter: string;
  is: number;

  /** What the source had when it wrote the WAL. */
  atLeast: number;
}

const line = z.object({
  record: z.object({ message: z.string(), detail: z.string().optional() }),
});

/** Reads a container's log, in which the operator wraps each record of PostgreSQL's. */
export function replayLog(log: string): ReplayLog {
  const records = log.split("\n").flatMap((text) => line.safeParse(fromJson(text)).data?.record ?? []);
  const isPaused = records.some(({ message }) => message === "recovery has paused");
  const done = records
    .flatMap(({ message }) => /^redo done at ([0-9A-F]+\/[0-9A-F]+)/.exec(message)?.[1] ?? [])
    .at(-1);
  return {
    pausedFor: isPaused ? lowSettings(records.flatMap(({ detail }) => detail ?? [])) : [],
    lastRecordAt: done === undefined ? undefined : lsnBytes(done),
    isTargetMissed: records.some(({ message }) => message === targetMissed),
  };
}

const targetMissed = "recovery ended before configured recovery target was reached";

/** src/backend/access/transam/xlog.c, RecoveryRequiresIntParameter. */
function lowSettings(details: readonly string[]): LowSetting[] {
  const pattern =
    /^(\w+) = (\d+) is a lower setting than on the primary server, where its value was (\d+)\.$/;
  const found = new Map<string, LowSetting>();
  for (const [, parameter = "", is, atLeast] of details.map((detail) => pattern.exec(detail) ?? [])) {
    if (parameter !== "") found.set(parameter, { parameter, is: Number(is), atLeast: Number(atLeast) });
  }
  return [...found.values()];
}
