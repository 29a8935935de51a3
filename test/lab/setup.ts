import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Runner } from "mocha";

import { slicePlan } from "./support/full.ts";
import { endRunning, environment, lab } from "./support/lab.ts";
import { recordMachine } from "./support/machine.ts";
import { checkoutCopy, makeWorkspace, removeWorkspace } from "./support/workspace.ts";

const isDryRun = process.argv.includes("--dry-run");

/** Runs once, before every test of the lab: builds what is missing and starts a new lab without its stack. */
export async function mochaGlobalSetup(): Promise<void> {
  process.stdout.write(slicePlan());
  if (isDryRun) return;
  await makeWorkspace();
  process.stdout.write(`The tests' lab runs from ${checkoutCopy}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, tearDownNow);
  await lab(["reset"]);
  recordMachine();
  const outcome = await lab(["up", "--no-provision"], { timeoutMs: 45 * 60_000, show: true });
  if (outcome.code !== 0) throw new Error(`lab up exited with ${String(outcome.code)}`);
}

/** The logs of a lab whose tests failed stay until the next run. */
export async function mochaGlobalTeardown(this: Runner): Promise<void> {
  if (isDryRun) return;
  const outcome = await lab(["down"], { timeoutMs: 120_000 });
  if (outcome.code !== 0) process.stderr.write(outcome.all + "\n");
  if (this.failures === 0) removeWorkspace();
}

/** Mocha has nothing for a signal. Nothing else runs meanwhile, so that no further test begins. */
function tearDownNow(signal: "SIGINT" | "SIGTERM"): void {
  process.stderr.write(`${signal}: the lab goes down\n`);
  endRunning();
  const cli = join(checkoutCopy, "lab", "cli.ts");
  spawnSync("node", [cli, "down"], {
    cwd: checkoutCopy,
    env: { ...process.env, ...environment() },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 120_000,
  });
  process.exit(signal === "SIGINT" ? 130 : 143);
}
