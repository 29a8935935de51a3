import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { replayLog } from "../../../../../components/postgres/wait/replay-log.ts";

const record = (message: string, detail?: string): string =>
  JSON.stringify({
    level: "info",
    logger: "postgres",
    msg: "record",
    record: { error_severity: "LOG", message, detail },
  });

const low = (parameter: string, is: number, was: number): string =>
  record(
    "hot standby is not possible because of insufficient parameter settings",
    `${parameter} = ${is} is a lower setting than on the primary server, where its value was ${was}.`,
  );

describe("replayLog", () => {
  it("names the settings for which PostgreSQL has paused, each once", () => {
    const log = [
      low("max_connections", 100, 300),
      low("max_worker_processes", 8, 32),
      low("max_connections", 100, 300),
    ];
    const paused = record("recovery has paused", "If recovery is unpaused, the server will shut down.");
    assert.deepEqual(replayLog([...log, paused].join("\n")).pausedFor, [
      { parameter: "max_connections", is: 100, atLeast: 300 },
      { parameter: "max_worker_processes", is: 8, atLeast: 32 },
    ]);
    assert.deepEqual(replayLog(log.join("\n")).pausedFor, []);
  });

  it("knows where replay ended, and whether that was before the target", () => {
    const done = record(
      "redo done at 0/B000158 system usage: CPU: user: 0.00 s, system: 0.00 s, elapsed: 0.10 s",
    );
    const missed = record("recovery ended before configured recovery target was reached");
    assert.deepEqual(replayLog([done, missed].join("\n")), {
      pausedFor: [],
      lastRecordAt: 0xb000158,
      isTargetMissed: true,
    });
    assert.equal(replayLog(`no json\n{"a":1}\n${done}`).isTargetMissed, false);
  });

  it("takes anything else for nothing", () => {
    assert.deepEqual(replayLog(""), { pausedFor: [], lastRecordAt: undefined, isTargetMissed: false });
  });
});
