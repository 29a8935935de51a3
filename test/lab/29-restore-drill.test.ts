import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { drillName } from "../../components/restore-drill/names.ts";
import { until } from "../../lab/wait.ts";
import {
  archiveNow,
  completedBackups,
  inDemo,
  load,
  passing,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { drillNow, drills, resultOf, startDrill, untilNothingIsLeft } from "./support/drill.ts";
import { kubectl, mustPulumi, on } from "./support/lab.ts";
import { keysOfStack, s3 } from "./support/stack.ts";
import { inFull } from "./support/full.ts";

const source = inDemo("drilled");
const archive = "lab/drilled/drilled";
/** Where the archive is kept while it is damaged. */
const safe = "lab/safe/drilled";
/** The marker waits for its segment to be closed: half a minute instead of five. */
const database = passing("drilled", {
  spec: { postgresql: { parameters: { archive_timeout: "30s" } } },
  // Never by itself in a test.
  drill: { schedule: "0 0 1 1 *" },
});

before(async () => {
  await withoutDatabases();
  setDatabases([database]);
  await mustPulumi(up);
  await completedBackups(source);
  await sql(source, load);
  await archiveNow(source);
});
after(withoutDatabases);

describe("a restore drill", () => {
  it("is made with its database, and a second one changes nothing", async () => {
    await mustPulumi([...up, "--expect-no-changes"]);
    await until({ what: "the marker's database", timeoutMs: 60_000, intervalMs: 1_000 }, async () => {
      const path = "jsonpath={.status.applied} {.status.message}";
      const applied = await kubectl("-n", "demo", "get", "database", "drilled-restore-drill", "-o", path);
      return applied.startsWith("true") || applied;
    });
  });

  it("finds its own row in the restored copy, measures, and leaves nothing", async () => {
    const run = await drillNow(source);
    assert.equal(run.detail, null);
    assert.equal(run.result, "passed");
    assert.equal(run.checks.marker?.result, "passed");
    for (const [name, check] of Object.entries(run.checks)) assert.equal(check.result, "passed", name);
    assert.ok((run.dataLossSeconds ?? -1) >= 0 && (run.dataLossSeconds ?? 999) < 120, JSON.stringify(run));
    assert.ok((run.recoverySeconds ?? -1) > 5 && (run.recoverySeconds ?? 999) < 300, JSON.stringify(run));
    assert.ok((run.databaseBytes ?? 0) > 10_000_000, JSON.stringify(run));
    await untilNothingIsLeft();
  });

  it("goes on so after an update, which keeps the results", async () => {
    await mustPulumi([...up, "--expect-no-changes"]);
  });
});

const step = async (...steps: Parameters<typeof s3>[0]["steps"]): Promise<unknown[]> =>
  s3({ ...(await keysOfStack()), steps });

async function keysBelow(prefix: string): Promise<string[]> {
  const [found] = await step(["list", prefix]);
  assert.ok(Array.isArray(found), JSON.stringify(found));
  return found.map(String);
}

/** A fault in the archive, of which the next drill gives the reason. */
interface ArchiveFault {
  inject: () => Promise<unknown>;
  reason: string;
  detail: RegExp;
}

const archiveFaults: Record<string, ArchiveFault> = {
  "a WAL segment is deleted": {
    inject: async () => step(["delete", await segmentBefore(1)]),
    reason: "wal-gap",
    detail:
      /WAL segment [0-9A-F]{24} is missing in s3:\/\/cnpg-backups\/lab\/drilled\/drilled\. The restored data end at 20/,
  },
  "a WAL segment is damaged": {
    inject: async () => step(["noise", await segmentBefore(1)]),
    reason: "data-loss",
    detail: /The restored data end at 20.*the segment that follows is damaged/,
  },
  "backup.info is cut": {
    inject: async () => step(["cut", await newestBackup("backup.info")]),
    reason: "backup-unreadable",
    detail: /The backup\.info of base backup \d{8}T\d{6} in .* is damaged or cut/,
  },
  "the base backup is cut": {
    inject: async () => step(["cut", await newestBackup("data.tar")]),
    reason: "restore-failed",
    detail: /The recovery failed: /,
  },
  "all base backups are deleted": {
    inject: async () => step(...(await keysBelow(`${archive}/base/`)).map(deletion)),
    reason: "no-base-backup",
    detail: /There is WAL in .* and no finished base backup/,
  },
};

const deletion = (key: string): ["delete", string] => ["delete", key];

async function newestBackup(file: string): Promise<string> {
  const found = (await keysBelow(`${archive}/base/`)).filter((key) => key.includes(`/${file}`));
  return found.at(-1) ?? "";
}

/** The segment that many before the newest one: replay comes to it, and there is one behind it. */
async function segmentBefore(count: number): Promise<string> {
  const segments = (await keysBelow(`${archive}/wals/`)).filter((key) => /\/[0-9A-F]{24}\.?\w*$/.test(key));
  return segments.at(-1 - count) ?? "";
}

describe("a drill of a damaged archive", () => {
  for (const [name, { inject, reason, detail }] of Object.entries(archiveFaults)) {
    inFull.it(`says that ${name}, and passes when it is mended`, async () => {
      await archiveNow(source);
      await archiveNow(source);
      await step(["copy", `${archive}/`, `${safe}/`]);
      await inject();
      const run = await drillNow(source);
      assert.equal(run.reason, reason, JSON.stringify(run));
      assert.match(run.detail ?? "", detail);
      assert.equal(run.result, "failed");
      await untilNothingIsLeft();
      // What the drill's marker has added since stays.
      await step(["copy", `${safe}/`, `${archive}/`]);
      assert.equal((await drillNow(source)).detail, null);
    });
  }
});

describe("a drill whose cluster is in trouble", () => {
  inFull.it("says so where the quota is used up", async () => {
    const quota = (pods: number) =>
      kubectl("-n", drills, "patch", "quota", "restore-drill", "-p", `{"spec":{"hard":{"pods":"${pods}"}}}`);
    const job = await startDrill(source);
    await until({ what: "the drill's own pod", timeoutMs: 60_000, intervalMs: 500 }, async () => {
      const pods = await kubectl("-n", drills, "get", "pods", "-l", `job-name=${job}`, "-o", "name");
      return pods !== "" || "none yet";
    });
    await quota(1);
    const run = await resultOf(source, job);
    await quota(7);
    assert.equal(run.reason, "no-capacity", JSON.stringify(run));
  });

  inFull.it("says so where the operator is down", async () => {
    const operator = [
      "-n",
      "cnpg-system",
      "scale",
      "deployment",
      "-l",
      "app.kubernetes.io/name=cloudnative-pg",
    ];
    await kubectl(...operator, "--replicas=0");
    const run = await drillNow(source);
    await kubectl(...operator, "--replicas=1");
    assert.equal(run.reason, "operator-down", JSON.stringify(run));
  });

  inFull.it("never adopts a Cluster of its name, nor touches it", async () => {
    const name = drillName("demo", "drilled");
    const foreign = {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name, namespace: drills, annotations: { "cnpg.io/reconciliationLoop": "disabled" } },
      spec: { instances: 1, imageName: "localhost/postgresql:17", storage: { size: "1Gi" } },
    };
    await on("workstation", ["kubectl", "apply", "-f", "-"], { input: JSON.stringify(foreign) });
    const run = await drillNow(source);
    assert.equal(run.reason, "leftover", JSON.stringify(run));
    assert.notEqual(await kubectl("-n", drills, "get", "cluster", name, "-o", "name"), "");
    await kubectl("-n", drills, "delete", "cluster", name, "--timeout=120s");
  });

  inFull.it("leaves nothing when it is killed in the middle, and the next run passes", async () => {
    const job = await startDrill(source);
    const name = drillName("demo", "drilled");
    await until({ what: "the copy", timeoutMs: 180_000, intervalMs: 1_000 }, async () => {
      const found = await on("workstation", ["kubectl", "-n", drills, "get", "cluster", name, "-o", "name"]);
      return found.stdout !== "" || "none yet";
    });
    // As a node's death does it: no signal that the drill could act on.
    await kubectl("-n", drills, "delete", "pods", "-l", `job-name=${job}`, "--force", "--grace-period=0");
    await untilNothingIsLeft(600_000);
    assert.equal((await drillNow(source)).result, "passed");
  });
});
