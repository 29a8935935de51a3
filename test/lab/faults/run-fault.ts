import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { up } from "../support/database.ts";
import { on, mustPulumi, pulumi } from "../support/lab.ts";
import {
  assertNoSecrets,
  filesOnCephHost,
  recordingArgv,
  secretsOfStack,
  secretsOfWholeStack,
} from "../support/secrets.ts";
import { assertNoStackTrace } from "../support/stack-trace.ts";
import { changes } from "../support/stack.ts";
import { labState } from "../support/workspace.ts";
import { titleOf } from "./fault.ts";
import type { Fault } from "./fault.ts";
import type { Row } from "./rows.ts";

/**
 * Lets a command meet a fault, and checks that it ends in time, with the expected words, no stack trace and no secret;
 * and, once the fault is mended, that the next `up` brings the stack to what is declared.
 */
export async function runFault(fault: Fault): Promise<Row> {
  await fault.change?.();
  const before = await secretsOfStack();
  const { met, argv } = await meet(fault);
  keep(fault, met.all);
  for (const said of fault.says) assert.match(met.all, said);
  assert.equal(met.code === 0, fault.survives === true, `exit code ${met.code}:\n${met.all}`);
  assertNoStackTrace(met.all);
  const [least, most] = [fault.leastSeconds ?? 0, fault.seconds];
  assert.ok(met.seconds >= least && met.seconds <= most, `took ${met.seconds.toFixed(0)} s:\n${met.all}`);
  const events = await on("workstation", ["kubectl", "get", "events", "-A", "-o", "json"]);
  await fault.byHand?.how();
  const next = await converge();
  // A stack that was removed has other keys now, and the fault may have met those already.
  const after = await secretsOfStack();
  assert.equal(after.length, secretsOfWholeStack, "all secrets of a stack that is up again");
  const secrets = [...new Set([...before, ...after])];
  const files = await filesOnCephHost();
  assertNoSecrets({ output: met.all, argv, events: events.all, files }, secrets);
  if (fault.restore) {
    await fault.restore();
    await mustPulumi(up);
  }
  return {
    title: titleOf(fault),
    seen: coresOf(met.all, fault),
    took: met.seconds,
    next,
  };
}

/** For whoever has to find out why a test failed: beside the lab's own logs. */
function keep(fault: Fault, printed: string): void {
  const folder = join(labState, "log", "faults");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${titleOf(fault).replaceAll(/[^\w]+/g, "-")}.log`), printed);
}

async function meet(
  fault: Fault,
): Promise<{ met: { code: number; all: string; seconds: number }; argv: string }> {
  const command = fault.command ?? up;
  // A test that waits for longer than that would tell nothing more.
  const run = fault.run ?? ((args) => pulumi(args, { timeoutMs: (fault.seconds + 60) * 1000 }));
  const mend = await fault.cause?.();
  const recorded = await recordingArgv(async () => {
    const started = Date.now();
    const outcome = await run(command);
    return { ...outcome, seconds: (Date.now() - started) / 1000 };
  }, 50).catch(async (error: unknown) => {
    // Why there is no outcome says more than what mending may have to say.
    await mend?.().catch(() => undefined);
    throw error;
  });
  await mend?.();
  return { met: recorded.result, argv: recorded.argv };
}

/** The next `up` needs nobody's help, and nothing is left to do after it. */
async function converge(): Promise<string> {
  const did = changes(await mustPulumi(up)).filter((change) => !change.endsWith("unchanged"));
  await mustPulumi(["preview", "--expect-no-changes"]);
  return did.length === 0 ? "nothing was left to do" : did.join(", ");
}

const coresOf = (printed: string, { says, mayShow = [] }: Fault): string[] =>
  [...says, ...mayShow]
    .map((said) => (said.exec(printed)?.[0] ?? "").replace(/\s+/g, " ").trim())
    .filter(Boolean);
