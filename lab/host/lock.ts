import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { identify, isAlive } from "./process.ts";

/** Namespaces and cgroups are the machine's, so the lock is, too. */
const lockFile = "/run/cnpg-rgw-lab.lock";
const holderSchema = z.object({
  pid: z.int(),
  startTime: z.string(),
  bootId: z.string(),
  command: z.string(),
});

function holder(): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(lockFile, "utf8")));
  } catch {
    return undefined;
  }
}

/** Runs `work` while no other command changes the lab. A lock whose holder has died is taken over. */
export async function withLock<T>(command: string, work: () => Promise<T>): Promise<T> {
  mkdirSync("/run", { recursive: true });
  const current = holder();
  if (current !== undefined && isAlive(current)) {
    throw new LabError(`\`lab ${current.command}\` (pid ${String(current.pid)}) is running`, {
      hint: "wait until it ends, or press Ctrl-C where it runs",
    });
  }
  rmSync(lockFile, { force: true });
  const mine = JSON.stringify({ ...identify(process.pid), command });
  try {
    writeFileSync(lockFile, mine, { flag: "wx" });
  } catch (cause) {
    throw new LabError("another `lab` command has just started", { hint: "try again", cause });
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}
