import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "mocha";
import { z } from "zod";

import { passing, setDatabases, up, withoutDatabases } from "./support/database.ts";
import { type Outcome, kubectl, must, mustPulumi, on } from "./support/lab.ts";
import { base } from "./support/workspace.ts";
import { inFull } from "./support/full.ts";

const docs = join(import.meta.dirname, "../../docs");
const accounts = ["kubernetes-preview-account.yaml", "kubernetes-drift-account.yaml"];
const manifests = accounts.map((file) => readFileSync(join(docs, file), "utf8")).join("\n---\n");
const kubeconfig = join(base, "drift-kubeconfig");

/** As drift.yml runs it, with what the account for it may do and no more. */
async function look(): Promise<Outcome> {
  const preview = [
    "pulumi",
    "preview",
    "--refresh",
    "--expect-no-changes",
    "--non-interactive",
    "--color",
    "never",
  ];
  return on("workstation", ["env", `KUBECONFIG=${kubeconfig}`, ...preview], { timeoutMs: 600_000 });
}

inFull.describe("the look for drift, as docs/pull-requests.md sets it up", () => {
  before(async () => {
    await withoutDatabases();
    setDatabases([
      passing("settled"),
      passing("settled-in-tree", { backup: { method: "barmanObjectStore" } }),
    ]);
    await mustPulumi(up);
    await must("workstation", ["kubectl", "apply", "-f", "-"], { input: manifests });
    const token = (await kubectl("-n", "cnpg-system", "create", "token", "cnpg-rgw-drift")).trim();
    const view = ["config", "view", "--raw", "--minify", "--flatten", "-o", "json"];
    const config = z
      .looseObject({ users: z.array(z.looseObject({})) })
      .parse(JSON.parse(await kubectl(...view)));
    const users = config.users.map((user) => ({ ...user, user: { token } }));
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users }), { mode: 0o600 });
  });
  after(async () => {
    rmSync(kubeconfig, { force: true });
    await must("workstation", ["kubectl", "delete", "-f", "-", "--ignore-not-found"], { input: manifests });
    await withoutDatabases();
  });

  it("finds nothing in a settled stack with databases", async () => {
    const outcome = await look();
    assert.equal(outcome.code, 0, outcome.all);
  });

  it("ends with 7, by which drift.yml knows it, where a store was changed by hand", async () => {
    const patch = JSON.stringify({ spec: { retentionPolicy: "3d" } });
    await kubectl("-n", "demo", "patch", "objectstore", "settled", "--type", "merge", "-p", patch);
    const outcome = await look();
    assert.equal(outcome.code, 7, outcome.all);
    assert.match(outcome.all, /ObjectStore.*update/);
    await mustPulumi(["up", "--refresh", ...up.slice(1)]);
    const again = await look();
    assert.equal(again.code, 0, again.all);
  });
});
