/** A stack that the lab's own plugins made, under the official ones. docs/plugins.md says what is shown here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, it } from "mocha";
import { z } from "zod";
import { recordedPlugins } from "../../lab/workstation/chosen-plugins.ts";
import { inDemo, passing, setDatabases, sql, up, withoutDatabases } from "./support/database.ts";
import { kubectl, lab, must, mustPulumi } from "./support/lab.ts";
import { cephWrites } from "./support/stack.ts";
import { labState } from "./support/workspace.ts";
import { inFull } from "./support/full.ts";
import { skip } from "../support/unless.ts";

const database = inDemo("taken-over");

/** Puts other plugins in place and leaves the stack alone. Returns what the lab printed if it could not. */
async function takePlugins(env: Record<string, string>): Promise<string | undefined> {
  const { code, all } = await lab(["up", "--no-provision"], { env });
  return code === 0 ? undefined : all;
}

/** Only these resources may change, once: by their type, and the properties that may differ. */
const documented: Readonly<Record<string, RegExp>> = {
  "command:remote:Command": /^connection\b/,
  "kubernetes:helm.sh/v3:Release": /./,
  "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": /./,
};

const previewSchema = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      diffReasons: z.array(z.string()).nullish(),
    }),
  ),
});
type Step = z.infer<typeof previewSchema>["steps"][number];

async function previewedChanges(): Promise<Step[]> {
  const printed = await must("workstation", ["pulumi", "preview", "--json", "--non-interactive"]);
  return previewSchema.parse(JSON.parse(printed)).steps.filter(({ op }) => op !== "same" && op !== "read");
}

function isDocumented({ op, urn, detailedDiff, diffReasons }: Step): boolean {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const properties = Object.keys(detailedDiff ?? {}).concat(diffReasons ?? []);
  const mayDiffer = documented[type];
  return op === "update" && mayDiffer !== undefined && properties.every((name) => mayDiffer.test(name));
}

/** Another uid, or one more restart, is another process. */
async function podsOfDatabase(): Promise<string> {
  const selector = ["-l", `cnpg.io/cluster=${database.name}`];
  const path = "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount} {end}";
  return kubectl("-n", database.namespace, "get", "pods", ...selector, "-o", path);
}

inFull.describe("a stack that the lab's own plugins made, under the official ones", () => {
  before(async function () {
    const refused = await takePlugins({ LAB_PLUGINS: "official" });
    if (refused !== undefined) {
      const missing = /LAB_PLUGINS=official, and these official plugins cannot be had: .*/.exec(refused)?.[0];
      assert.ok(missing !== undefined, refused);
      skip(this, missing);
    }
    await withoutDatabases();
    await mustPulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(await takePlugins({ LAB_PLUGINS: "lab" }), undefined);
    setDatabases([passing(database.name)]);
    await mustPulumi(up);
    await mustPulumi(["preview", "--expect-no-changes"]);
    assert.equal(await takePlugins({ LAB_PLUGINS: "official" }), undefined);
  });

  after(async () => {
    assert.equal(await takePlugins({}), undefined); // those of this run
    await withoutDatabases();
  });

  it("shows no change, or in place what docs/plugins.md says", async () => {
    const chosen = recordedPlugins(join(labState, "workstation"));
    assert.ok(chosen.some(({ origin }) => origin === "official"));
    assert.deepEqual(
      (await previewedChanges()).filter((step) => !isDocumented(step)),
      [],
    );
  });

  it("is taken over by one update, which changes nothing on the Ceph host and restarts no database", async () => {
    const writes = cephWrites().length;
    const pods = await podsOfDatabase();
    await mustPulumi(up);
    assert.deepEqual(cephWrites().slice(writes), []);
    assert.equal(await podsOfDatabase(), pods);
    assert.equal(await sql(database, "select 1;"), "1");
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});
