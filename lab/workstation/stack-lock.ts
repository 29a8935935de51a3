import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { until } from "../wait.ts";
import { backendDir } from "./home.ts";

/** What the engine writes into the file backend while it works on a stack. */
const lockSchema = z.object({ pid: z.int() });

const locksOf = (stack: string): string =>
  join(backendDir, ".pulumi", "locks", "organization", "cnpg-rgw", stack);

/** The pids of the engines that hold a stack's lock; undefined where a lock cannot be read any more. */
function holders(stack: string): (number | undefined)[] {
  if (!existsSync(locksOf(stack))) return [];
  return readdirSync(locksOf(stack)).map((file) => {
    try {
      return lockSchema.parse(JSON.parse(readFileSync(join(locksOf(stack), file), "utf8"))).pid;
    } catch {
      return undefined;
    }
  });
}

function isEngine(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi";
  } catch {
    return false;
  }
}

/**
 * An `up` that was killed leaves its engine at work, or, if that was killed too, a lock that nothing releases.
 * Waits for an engine that lives; calls `release` if a lock is left over from one that does not.
 */
export async function settleLock(
  stack: string,
  report: (status: string) => void,
  release: () => Promise<unknown>,
): Promise<void> {
  await until(
    { what: `a pulumi command that is at work on stack ${stack}`, timeoutMs: 10 * 60_000, report },
    () => {
      const working = holders(stack).filter((pid) => pid !== undefined && isEngine(pid));
      return Promise.resolve(working.length === 0 || `pid ${working.join(", ")}`);
    },
  );
  if (holders(stack).length > 0) await release();
}
