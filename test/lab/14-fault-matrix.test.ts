import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { describePlugins, recordedPlugins } from "../../lab/workstation/chosen-plugins.ts";
import { withoutDatabases } from "./support/database.ts";
import { inFull, isFull } from "./support/full.ts";
import { mustPulumi } from "./support/lab.ts";
import { rememberedConfig } from "./support/stack.ts";
import { labState } from "./support/workspace.ts";
import { titleOf } from "./faults/fault.ts";
import { report } from "./faults/report.ts";
import { addRow, rows } from "./faults/rows.ts";
import { runFault } from "./faults/run-fault.ts";
import { themes } from "./faults/themes.ts";

let putConfigBack: () => void;

before(async () => {
  putConfigBack = rememberedConfig();
  await withoutDatabases();
});

for (const { title, faults } of themes) {
  describe(title, () => {
    for (const fault of faults) {
      const test = fault.isCore === true ? it : inFull.it;
      test(titleOf(fault), async () => {
        addRow(await runFault(fault));
      });
    }
  });
}

after(async () => {
  putConfigBack();
  await mustPulumi(["up", "--yes", "--skip-preview"]);
  // The page is about all of them, or stays as it is.
  if (!isFull) return;
  const page = await report(themes, rows(), describePlugins(recordedPlugins(join(labState, "workstation"))));
  if (page !== undefined) writeFileSync(join(import.meta.dirname, "../../docs/faults.md"), page);
});
