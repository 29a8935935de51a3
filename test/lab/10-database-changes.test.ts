import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import {
  archiveNow,
  archiver,
  backUp,
  completedBackups,
  fingerprint,
  inDemo,
  load,
  moment,
  overHttps,
  passing,
  setDatabases,
  setPlain,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { until } from "../../lab/wait.ts";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import { keysOfStack, rgwUser, s3, uid } from "./support/stack.ts";

function withoutOthers(): void {
  before(withoutDatabases);
  after(async () => {
    await withoutDatabases();
    overHttps(false);
    await mustPulumi(up);
  });
}

inFull.describe("a change to a database", () => {
  withoutOthers();

  const old = inDemo("changed");
  const changed = async (more: Record<string, unknown>): Promise<void> => {
    setDatabases([passing("changed", more)]);
    await mustPulumi(up);
  };
  const kept =
    "jsonpath={.metadata.annotations.cnpg\\.io/fencedInstances} {.metadata.annotations.example\\.com/by} " +
    "{.metadata.labels.by} {.spec.description} {.spec.postgresql.parameters.work_mem}";
  const show = (parameter: string) => sql(old, `show ${parameter};`);
  const postgresql = { parameters: { max_connections: "77", archive_timeout: "5min" } };

  before(async () => {
    overHttps(true);
    await changed({ backup: { method: "barmanObjectStore" } });
    await completedBackups(old);
    await sql(old, load);
    await archiveNow(old);
  });

  it("is in force when up is done: new keys, for the operator's own backups", async () => {
    const before = await archiver(old);
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:accessKeyId", "INTREEKEY00123456789"]);
    await mustPulumi(["config", "set", "--secret", "cnpg-rgw:secretAccessKey", "in-tree-secret-0123456789"]);
    await mustPulumi(up);
    assert.deepEqual(
      (await rgwUser(uid))?.keys.map((key) => key.access_key),
      ["INTREEKEY00123456789"],
    );
    await archiveNow(old);
    const after = await archiver(old);
    assert.deepEqual([after.failed, after.archived > before.archived], [before.failed, true]);
  });

  it("is in force when up is done: the plugin in the place of in-tree backups, in the same archive", async () => {
    await changed({});
    await sql(old, "insert into sales.orders values (0, 'after the change of method');");
    await archiveNow(old);
  });

  it("is in force when up is done: one more instance", async () => {
    await changed({ instances: 2 });
    assert.equal(await sql(old, "select count(*) from pg_stat_replication where state = 'streaming';"), "1");
  });

  it("is in force when up is done: another place in the bucket, with a base backup that restores at once", async () => {
    // A standby begins a base backup at the last checkpoint, of which the WAL is in the place of before.
    for (let i = 1; i <= 3; i++) {
      await sql(old, `insert into sales.orders values (${-i}, 'before the move');`);
      await archiveNow(old);
    }
    setPlain("path", "/another-place");
    const printed = await mustPulumi(up);
    assert.match(printed, /archives to s3:\/\/cnpg-backups\/another-place\/changed\/changed from now on/);
    assert.doesNotMatch(printed, /and then cannot be restored/);
    const steps: ["list", string][] = [["list", "another-place/changed/changed/base/"]];
    await until({ what: "a base backup in the new place", timeoutMs: 120_000 }, async () => {
      const [found] = await s3({ ...(await keysOfStack()), steps });
      return String(found).includes("backup.info") || String(found);
    });
    await archiveNow(old);
    const again = { recovery: { from: "changed" } };
    setDatabases([passing("changed", { instances: 2 }), passing("changed-again", again)]);
    await mustPulumi(up);
    assert.equal(await fingerprint(inDemo("changed-again")), await fingerprint(old));
    await changed({ instances: 2 });
    await mustPulumi([...up, "--expect-no-changes"]);
  });

  it("is refused where that place has WAL already", async () => {
    setPlain("path", "/lab");
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /Two databases that archive to one place make the backups of both unusable/);
    setPlain("path", "/another-place");
  });

  it("is refused where it would be passed over: a recovery", async () => {
    setDatabases([passing("changed", { instances: 2, recovery: { from: "another" } })]);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /it was made empty, and the plan says recovered from "another"/);
  });

  it("is in force when up is done: another address of the store, with a base backup at once", async () => {
    const before = await completedBackups(old);
    overHttps(false);
    setDatabases([passing("changed", { instances: 2 })]);
    const printed = await mustPulumi(up);
    assert.match(printed, /archives to the store at http:\/\/10\.0\.0\.10:7480 from now on/);
    await completedBackups(old, before.length + 1);
    await archiveNow(old);
    await mustPulumi([...up, "--expect-no-changes"]);
  });

  it("is in force when up is done: a parameter of PostgreSQL", async () => {
    await changed({ instances: 2, spec: { postgresql } });
    assert.equal(await show("max_connections"), "77");
  });

  it("made by kubectl is seen by up --refresh, and taken back: parameter, retention, schedule", async () => {
    const edit = (kind: string, name: string, spec: object) =>
      kubectl("-n", "demo", "patch", kind, name, "--type=merge", "-p", JSON.stringify({ spec }));
    await edit("cluster", "changed", { postgresql: { parameters: { max_connections: "99" } } });
    await edit("objectstore", "changed", { retentionPolicy: "1d" });
    const name = await kubectl(
      "-n",
      "demo",
      "get",
      "scheduledbackup",
      "-o",
      "jsonpath={.items[*].metadata.name}",
    );
    await edit("scheduledbackup", name, { schedule: "0 0 6 * * *", suspend: true });
    await mustPulumi([...up, "--refresh"]);
    await mustPulumi(["preview", "--refresh", "--expect-no-changes"]);
    assert.equal(await show("max_connections"), "77");
    const policy = ["objectstore", "changed", "-o", "jsonpath={.spec.retentionPolicy}"];
    assert.equal(await kubectl("-n", "demo", "get", ...policy), "14d");
    const schedule = ["scheduledbackup", name, "-o", "jsonpath={.spec.schedule} {.spec.suspend}"];
    assert.match(await kubectl("-n", "demo", "get", ...schedule), /^0 \d+ [2-4] \* \* \* false$/);
  });

  it("is in force when up is done: the resources", async () => {
    await changed({
      instances: 2,
      spec: { postgresql, resources: { requests: { cpu: "110m", memory: "512Mi" } } },
    });
    const cpu = "jsonpath={.spec.containers[?(@.name=='postgres')].resources.requests.cpu}";
    assert.equal(await kubectl("-n", "demo", "get", "pod", "changed-1", "-o", cpu), "110m");
    assert.equal(await show("max_connections"), "77");
  });

  it("leaves what was set with kubectl and is not declared: fencing, annotations, labels, fields", async () => {
    const object = ["-n", "demo", "cluster", "changed"] as const;
    await kubectl("annotate", ...object, 'cnpg.io/fencedInstances=["*"]', "example.com/by=hand");
    await kubectl("label", ...object, "by=hand");
    const spec = { description: "by hand", postgresql: { parameters: { work_mem: "5MB" } } };
    await kubectl("patch", ...object, "--type=merge", "-p", JSON.stringify({ spec }));
    const before = await kubectl("get", ...object, "-o", kept);
    assert.match(before, /^\["\*"\] hand hand by hand 5MB$/);
    const resources = { requests: { cpu: "120m", memory: "512Mi" } };
    setDatabases([passing("changed", { instances: 2, spec: { postgresql, resources } })]);
    assert.match(await mustPulumi(up), /demo\/changed is fenced: all instances/);
    assert.equal(await kubectl("get", ...object, "-o", kept), before);
    assert.equal(await kubectl("get", ...object, "-o", "jsonpath={.spec.resources.requests.cpu}"), "120m");
    await mustPulumi([...up, "--expect-no-changes"]);
    await kubectl("annotate", ...object, "cnpg.io/fencedInstances-");
    await mustPulumi(up);
    assert.equal(await show("max_connections"), "77");
  });

  it("is not waited for while it hibernates; the command that up prints wakes it", async () => {
    await kubectl("-n", "demo", "annotate", "cluster", "changed", "cnpg.io/hibernation=on");
    await until({ what: "the instances to go", timeoutMs: 120_000, intervalMs: 2_000 }, async () => {
      const left = await kubectl("-n", "demo", "get", "pods", "-l", "cnpg.io/podRole=instance", "-o", "name");
      return left === "" || left;
    });
    const printed = await mustPulumi([...up, "--expect-no-changes"]);
    const [, command = "false"] =
      /demo\/changed is hibernated .* To end that: (kubectl .*)$/m.exec(printed) ?? [];
    await must("workstation", ["sh", "-ec", command]);
    await mustPulumi(up);
    assert.equal(await show("max_connections"), "77");
  });
});

inFull.describe("every way of backup over either protocol", () => {
  withoutOthers();

  const methods = ["plugin", "barmanObjectStore"] as const;
  const protocols = [
    ["http", false],
    ["https", true],
  ] as const;
  for (const [protocol, isHttps] of protocols) {
    it(`brings back every row, or those of a moment, over ${protocol}: plugin and in-tree`, async () => {
      // Those of before have to go first: beside new ones they would be taken for renamed.
      await withoutDatabases();
      overHttps(isHttps);
      const sources = methods.map((method) => ({ method, name: `${protocol}-${method}`.toLowerCase() }));
      const backedUp = sources.map(({ method, name }) => passing(name, { backup: { method } }));
      setDatabases(backedUp);
      await mustPulumi(up);
      const rows = new Map<string, string>();
      const marks = new Map<string, { at: string; rows: string }>();
      for (const { name, method } of sources) {
        await sql(inDemo(name), load);
        await backUp(inDemo(name), `${name}-loaded`, { method });
        marks.set(name, { rows: await fingerprint(inDemo(name)), at: await moment(inDemo(name)) });
        await sql(inDemo(name), "insert into sales.orders values (0, 'after the base backup');");
        await archiveNow(inDemo(name));
        rows.set(name, await fingerprint(inDemo(name)));
      }
      // Cluster and volumes go; all that is left is in the bucket.
      setDatabases([]);
      await mustPulumi(up);
      const recovered = sources.flatMap(({ method, name }) => [
        passing(`${name}-again`, { backup: { method }, recovery: { from: name } }),
        passing(`${name}-then`, {
          backup: { method },
          recovery: { from: name, targetTime: marks.get(name)?.at },
        }),
      ]);
      setDatabases(recovered);
      await mustPulumi(up);
      for (const [name, everything] of rows) {
        assert.equal(await fingerprint(inDemo(`${name}-again`)), everything, name);
        assert.equal(await fingerprint(inDemo(`${name}-then`)), marks.get(name)?.rows, name);
      }
    });
  }
});
