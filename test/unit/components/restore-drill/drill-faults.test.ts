import assert from "node:assert/strict";
import { it } from "mocha";

import {
  type Answer,
  type Outcome,
  type World,
  answersOf,
  archive,
  backupInfo,
  copyPath,
  drillIn,
  needsPython,
  record,
  segment,
  segmentKey,
  soundWorld,
  sourcePath,
} from "./drill-world.ts";

const info = `${archive}/base/20261129T020000/backup.info`;
const markerHost = "orders-rw.shop.svc cnpgrgw_drill";
const copyHost = "shop-orders-rw.cnpg-drill.svc";
function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
const walsOnly = (store: Record<string, string>) =>
  Object.fromEntries(Object.entries(store).filter(([key]) => key.includes("/wals/")));
/** The copy has the row of the week before, and not this run's. */
const withoutRow = (world: World): World => ({
  ...world,
  databases: {
    ...world.databases,
    [`${copyHost} cnpgrgw_drill`]: [["select at from runs", [["@-604800"]]], ...answersOf(world, copyHost)],
  },
});
const ofSource = (world: World, change: (source: Record<string, object>) => object): World => ({
  ...world,
  objects: {
    ...world.objects,
    [sourcePath]: change(world.objects[sourcePath] as Record<string, object>),
  },
});
const answering = (world: World, host: string, ...answers: Answer[]): World => ({
  ...world,
  databases: { ...world.databases, [host]: [...answers, ...answersOf(world, host)] },
});
const failing = (world: World, container: string, line: string): World => ({
  ...world,
  stages: [[], [{ kind: "recovery", phase: "Failed" }]],
  logs: { ...world.logs, [container]: [line] },
});
const barman = (msg: string) =>
  JSON.stringify({
    level: "info",
    logger: "barman-cloud-restore",
    msg: `2026-11-30 04:00:00,000 [9] ERROR: ${msg}`,
  });

/** What is wrong in the world, the reason of the run, and words that its detail has. */
const faults: Record<string, [change: (world: World) => World, reason: string, detail: RegExp]> = {
  "a segment is missing": [
    (world) => {
      const store = without(world.store, segmentKey(4));
      return { ...withoutRow(world), store };
    },
    "wal-gap",
    new RegExp(
      `WAL segment ${segment(4)} is missing in s3://cnpg-backups/.*data end at 2026-11-30T04:00:00Z`,
    ),
  ],
  "the restored copy lacks the row, and no segment is missing": [
    (world) => ({
      ...withoutRow(world),
      logs: { "full-recovery": [record(`restored log file "${segment(3)}" from archive`)] },
    }),
    "data-loss",
    new RegExp(`data end at 2026-11-23T04:00:00Z, 604800 s before .* ended after ${segment(3)}`),
  ],
  "the marker was archived late": [
    (world) => answering(world, markerHost, ["extract", [[1234]]]),
    "archived-late",
    /the last 1234 s, and 900 s are allowed/,
  ],
  "the archive command stores nothing": [
    (world) => {
      const store = without(world.store, segmentKey(5));
      return { ...answering(world, markerHost, ["pg_stat_archiver", [[segment(5), null]]]), store };
    },
    "marker-not-archived",
    /PostgreSQL takes it for archived: its archive command stores nothing/,
  ],
  "the archive command fails": [
    (world) => {
      const store = without(world.store, segmentKey(5));
      return { ...answering(world, markerHost, ["pg_stat_archiver", [[segment(4), segment(5)]]]), store };
    },
    "marker-not-archived",
    new RegExp(`archive command fails at ${segment(5)}`),
  ],
  "the archive is empty": [(world) => ({ ...world, store: {} }), "archive-empty", /nothing in s3:/],
  "base backups are gone": [
    (world) => ({ ...world, store: walsOnly(world.store) }),
    "no-base-backup",
    /WAL in s3:.* and no finished base backup/,
  ],
  "backup.info is cut": [
    (world) => ({ ...world, store: { ...world.store, [info]: backupInfo.slice(0, 60) } }),
    "backup-unreadable",
    /base backup 20261129T020000 .*no end_wal, end_time, timeline, version/,
  ],
  "the key is refused": [
    (world) => ({ ...world, storeError: [403, "AccessDenied"] }),
    "store-refused",
    /refuses the drill's key for s3:.*\(AccessDenied\)/,
  ],
  "the store has trouble": [
    (world) => ({ ...world, storeError: [503, "SlowDown"] }),
    "store-unreachable",
    /SlowDown/,
  ],
  "the database writes another lineage": [
    (world) =>
      ofSource(world, (source) => ({
        ...source,
        spec: {
          ...source.spec,
          plugins: [{ name: "barman-cloud.cloudnative-pg.io", parameters: { serverName: "orders-2" } }],
        },
      })),
    "wrong-lineage",
    /archives as orders-2, and this drill restores orders/,
  ],
  "the Cluster is gone": [
    (world) => {
      const objects = without(world.objects, sourcePath);
      return { ...world, objects };
    },
    "source-missing",
    /no Cluster shop\/orders/,
  ],
  "the database does not answer": [
    (world) => {
      const databases = without(world.databases, markerHost);
      return { ...world, databases };
    },
    "source-unreachable",
    /could not translate host name/,
  ],
  "the image is of another major version": [
    (world) => ofSource(world, (source) => ({ ...source, status: { image: "localhost/postgresql:18.1" } })),
    "wrong-major",
    /PostgreSQL 17, and the database's image localhost\/postgresql:18\.1 is of 18/,
  ],
  "the volume is too small": [
    (world) => ({ ...world, job: { ...world.job, size: "10Mi" } }),
    "volume-too-small",
    /10Mi, and base backup 20261129T020000 takes 30000000 bytes/,
  ],
  "the volume is full": [
    (world) => failing(world, "plugin-barman-cloud", barman("tar: write error: No space left on device")),
    "disk-full",
    /No space left on device/,
  ],
  "the base backup is cut": [
    (world) => failing(world, "plugin-barman-cloud", barman("unexpected end of data")),
    "restore-failed",
    /unexpected end of data/,
  ],
  "a library is missing": [
    (world) =>
      failing(
        world,
        "full-recovery",
        JSON.stringify({
          logger: "postgres",
          record: {
            error_severity: "FATAL",
            message: 'could not access file "timescaledb": No such file or directory',
          },
        }),
      ),
    "extension-missing",
    /could not access file "timescaledb"/,
  ],
  "an extension has no files": [
    (world) => answering(world, copyHost, ["from pg_extension where extname not in", [["vector"]]]),
    "extension-missing",
    /no files of extension vector/,
  ],
  "a page is damaged": [
    (world) =>
      answering(world, copyHost, ["verify_heapam", [[7, "line pointer redirection to item at offset 0"]]]),
    "pages-damaged",
    /Database app: table pg_class is damaged: block 7, line pointer/,
  ],
  "a catalog is damaged": [
    (world) => ({
      ...world,
      databases: {
        ...world.databases,
        [`${copyHost} app`]: {
          sqlstate: "XX001",
          message: "invalid page in block 0 of relation base/5/1259",
        },
      },
    }),
    "pages-damaged",
    /Database app: invalid page in block 0/,
  ],
  "a role is missing": [
    (world) => answering(world, markerHost, ["from pg_roles", [["app"], ["reporting"]]]),
    "roles-missing",
    /no role reporting/,
  ],
  "a collation changed": [
    (world) => answering(world, copyHost, ["datcollversion", [["app"]]]),
    "collation-changed",
    /Database app: its collation has another version/,
  ],
  "a statement is not true": [
    (world) => {
      const sql = [{ database: "app", statement: "select count(*) > 0 from orders" }];
      const checks = { pages: "none", extensions: false, collations: false, sql };
      return { ...answering(world, copyHost, ["from orders", [[false]]]), job: { ...world.job, checks } };
    },
    "sql-failed",
    /statement 1 \(database app\) is not true/,
  ],
  "the quota is used up": [
    (world) => ({
      ...world,
      refusals: [
        {
          request: "POST .*/clusters$",
          status: 403,
          message: "exceeded quota: restore-drill, requested: pods=1",
        },
      ],
    }),
    "no-capacity",
    /exceeded quota/,
  ],
  "no node has room": [
    (world) => ({
      ...world,
      stages: [
        [
          {
            kind: "recovery",
            phase: "Pending",
            node: "",
            conditions: [
              { type: "PodScheduled", status: "False", message: "0/1 nodes: Insufficient memory" },
            ],
          },
        ],
      ],
    }),
    "no-capacity",
    /no node for the restore: 0\/1 nodes: Insufficient memory/,
  ],
  "the webhook does not answer": [
    (world) => ({
      ...world,
      refusals: [
        {
          request: "POST .*/clusters$",
          status: 500,
          message: 'failed calling webhook "mcluster.cnpg.io": no endpoints',
        },
      ],
    }),
    "operator-down",
    /webhook does not answer/,
  ],
  "the operator does nothing": [
    (world) => ({ ...world, stages: [[]] }),
    "operator-down",
    /has not looked at the restore for 120 s/,
  ],
  "the restore hangs": [
    (world) => ({
      ...world,
      job: { ...world.job, deadlineSeconds: 300 },
      stages: [[{ kind: "recovery", phase: "Running" }]],
      logs: {},
    }),
    "deadline",
    /waited for the base backup/,
  ],
  "a Cluster of others has the name": [
    (world) => ({
      ...world,
      objects: { ...world.objects, [copyPath]: { metadata: { name: "shop-orders", uid: "theirs" } } },
    }),
    "leftover",
    /Cluster shop-orders is in the way, and is not of a drill/,
  ],
  "an account lost its rights": [
    (world) => ({
      ...world,
      refusals: [{ request: "GET .*/clusters/orders", status: 403, message: "clusters is forbidden" }],
    }),
    "rights-missing",
    /clusters is forbidden/,
  ],
};

const isThere = ({ left }: Outcome): boolean => left.includes(copyPath);

needsPython.describe("a drill says what is wrong, and leaves nothing", () => {
  for (const [name, [change, reason, detail]] of Object.entries(faults)) {
    it(`${name}: ${reason}`, () => {
      const outcome = drillIn(change(soundWorld()));
      assert.equal(outcome.result.reason, reason, outcome.printed);
      assert.match(outcome.result.detail ?? "", detail);
      assert.equal(outcome.result.result, "failed");
      assert.equal(outcome.code, 1);
      assert.deepEqual(outcome.runs, [outcome.result]);
      // Another's object is not the drill's to delete.
      assert.equal(isThere(outcome), reason === "leftover");
    });
  }

  it("skips a database that is at rest on purpose", () => {
    const rests = { "cnpg.io/hibernation": "on", "cnpg.io/fencedInstances": '["*"]' };
    for (const [annotation, value] of Object.entries(rests)) {
      const world = ofSource(soundWorld(), (source) => ({
        ...source,
        metadata: { ...source.metadata, annotations: { [annotation]: value } },
      }));
      const { result, code, requests } = drillIn(world);
      assert.deepEqual([result.result, result.reason, code], ["skipped", "source-at-rest", 0]);
      assert.ok(!requests.some((request) => request.startsWith("POST") && request.includes("clusters")));
    }
  });
});

needsPython.describe("a drill whose pod is ended", () => {
  it("deletes the copy, and says that it was stopped and where", () => {
    const outcome = drillIn({
      ...soundWorld(),
      stages: [[{ kind: "recovery", phase: "Running" }]],
      stopAt: 3,
    });
    assert.equal(outcome.result.reason, "stopped");
    assert.match(outcome.result.detail ?? "", /while it waited for the replay of WAL/);
    assert.ok(!isThere(outcome));
    assert.deepEqual(outcome.runs, [outcome.result]);
  });
});

needsPython.describe("what an earlier run left", () => {
  const label = { "cnpg-rgw/restore-drill": "shop-orders" };

  it("is deleted, and then the drill restores", () => {
    const world = soundWorld();
    world.objects[copyPath] = { metadata: { name: "shop-orders", uid: "before", labels: label } };
    const { result, requests } = drillIn(world);
    assert.equal(result.detail, null);
    const order = requests.filter((request) => /^(DELETE|POST) .*\/clusters/.test(request));
    assert.deepEqual(
      order.map((request) => request.split(" ")[0]),
      ["DELETE", "POST", "DELETE"],
    );
  });

  it("is a failure where it cannot be deleted, and is never adopted", () => {
    const world = soundWorld();
    world.objects[copyPath] = { metadata: { name: "shop-orders", uid: "before", labels: label } };
    world.undeletable = [copyPath];
    const { result, requests } = drillIn(world);
    assert.equal(result.reason, "leftover");
    assert.ok(!requests.some((request) => /^(POST|PUT) .*\/clusters/.test(request)));
  });
});

needsPython.describe("the Cluster that a drill makes", () => {
  it("archives nothing, acts on nothing, and is deleted with the drill's pod", () => {
    const world = soundWorld();
    world.undeletable = [copyPath];
    const { objects, result } = drillIn(world);
    assert.equal(result.reason, "clean-up-failed");
    const cluster = JSON.stringify(objects[copyPath]);
    assert.doesNotMatch(cluster, /"plugins"|priorityClassName|archive_timeout/);
    for (const part of [
      '"max_logical_replication_workers": "0"',
      '"cron.launch_active_jobs": "off"',
      '"work_mem": "8MB"',
      '"uid": "pod-uid"',
      '"backupID": "20261129T020000"',
      '"database": "app"',
    ]) {
      assert.ok(cluster.includes(part.replace(": ", ":")), part);
    }
  });
});
