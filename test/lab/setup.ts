import { lab } from "./support/lab.ts";
import { recordMachine } from "./support/machine.ts";
import { checkoutCopy, makeWorkspace, removeWorkspace } from "./support/workspace.ts";

/** Runs once, before every test of the lab: builds what is missing and starts a new lab without its stack. */
export async function globalSetup(): Promise<void> {
  await makeWorkspace();
  process.stdout.write(`The tests' lab runs from ${checkoutCopy}\n`);
  await lab(["reset"]);
  recordMachine();
  const outcome = await lab(["up", "--no-provision"], { timeoutMs: 45 * 60_000, show: true });
  if (outcome.code !== 0) throw new Error(`lab up exited with ${String(outcome.code)}`);
}

/** The logs of a lab whose tests failed stay until the next run. */
export async function globalTeardown(): Promise<void> {
  const outcome = await lab(["down"], { timeoutMs: 120_000 });
  if (outcome.code !== 0) process.stderr.write(outcome.all + "\n");
  if (process.exitCode === undefined || process.exitCode === 0) removeWorkspace();
}
