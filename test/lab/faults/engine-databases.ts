import assert from "node:assert/strict";
import {
  archiveNow,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  passing,
  setDatabases,
  sql,
  up,
} from "../support/database.ts";
import { must, mustPulumi } from "../support/lab.ts";
import { databases } from "./changes.ts";
import { cancelled, dieAndMeetTheLock, locked, printed } from "./dying-engine.ts";
import type { Fault } from "./fault.ts";

const killedAt = (moment: RegExp) => ({
  run: () => dieAndMeetTheLock([up, up], printed(moment)),
  says: [locked],
  seconds: 180,
  byHand: { what: "`pulumi cancel`", how: cancelled },
});

/** What the databases hold before it goes wrong, and have to hold after it. */
let everything = "";

async function madeAndLoaded(name: string): Promise<void> {
  setDatabases([passing(name)]);
  await mustPulumi(up);
  await completedBackups(inDemo(name));
  await sql(inDemo(name), load);
  await archiveNow(inDemo(name));
  everything = await fingerprint(inDemo(name));
}

/** Has every row of the database, and then does without it. */
const nothingLost = (name: string) => async (): Promise<void> => {
  assert.equal(await fingerprint(inDemo(name)), everything);
  setDatabases([]);
};

let stateBefore = "";

export const databaseFaults: readonly Fault[] = [
  {
    name: "Engine killed with -9 when the Cluster is begun",
    while: "a database is made",
    change: databases([passing("begun")]),
    ...killedAt(/database-begun-cluster creating/),
    restore: async () => {
      await completedBackups(inDemo("begun"));
      setDatabases([]);
    },
  },
  {
    name: "Engine killed with -9 when the backup is being restored",
    while: "a database is recovered",
    change: async () => {
      await madeAndLoaded("lost");
      setDatabases([passing("lost"), passing("back", { recovery: { from: "lost" } })]);
    },
    ...killedAt(/waiting for database demo\/back: Setting up primary/),
    restore: nothingLost("back"),
  },
  {
    name: "The stack's state was put back to one from before the database was made",
    while: "that database is running",
    change: async () => {
      stateBefore = await must("workstation", ["pulumi", "stack", "export"]);
      await madeAndLoaded("forgotten");
    },
    cause: async () => {
      await mustPulumi(["stack", "import"], { input: stateBefore });
      return () => Promise.resolve();
    },
    survives: true,
    says: [],
    seconds: 120,
    restore: nothingLost("forgotten"),
  },
];
