import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { z } from "zod";

import { unless } from "../../../support/unless.ts";

import { runSchema } from "../../../../components/restore-drill/result.ts";
import { checkout } from "../../../lab/support/engine-project.ts";

const scripts = join(checkout, "components/restore-drill/scripts");

type Rows = (string | number | boolean | null)[][];
export type Answer = [pattern: string, rows: Rows | { sqlstate: string; message: string }];

/** What the drill finds: see fake_world.py. */
export interface World {
  job: Record<string, unknown>;
  objects: Record<string, unknown>;
  store: Record<string, string>;
  storeError?: [status: number, code: string];
  stages: Record<string, unknown>[][];
  logs: Record<string, string[]>;
  /** By `host database`, or by host alone; an error where it refuses connections. */
  databases: Record<string, Answer[] | { sqlstate: string; message: string }>;
  refusals?: { request: string; status: number; message: string }[];
  undeletable?: string[];
  hasHeartbeat?: boolean;
  /** The drill's pod is ended when the copy's pods are asked for so many times. */
  stopAt?: number;
}

const outcome = z.object({
  code: z.number(),
  result: runSchema,
  printed: z.string(),
  terminated: z.string(),
  runs: z.array(runSchema),
  requests: z.array(z.string()),
  left: z.array(z.string()),
  objects: z.record(z.string(), z.unknown()),
});
export type Outcome = z.output<typeof outcome>;

const hasPython = spawnSync("python3", ["--version"]).status === 0;
/** In CI a test that is skipped in silence would prove nothing: there it fails. */
export const needsPython = unless(
  !hasPython && process.env.CI === undefined && "python3 is not on this machine",
);

export function drillIn(world: World): Outcome {
  const program = new URL("./fake_world.py", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync("python3", [program], {
    input: JSON.stringify({ ...world, scripts }),
    encoding: "utf8",
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`fake_world.py: ${stderr}`);
  return outcome.parse(JSON.parse(stdout));
}

export function answersOf({ databases }: World, host: string): Answer[] {
  const answers = databases[host] ?? [];
  return Array.isArray(answers) ? answers : [];
}

const clusters = (namespace: string) => `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters`;
export const copyPath = `${clusters("cnpg-drill")}/shop-orders`;
export const sourcePath = `${clusters("shop")}/orders`;
export const archive = "lab/orders/orders";

export const backupInfo = [
  "begin_time=2026-11-29 02:00:00.000000+00:00",
  "begin_wal=000000010000000000000002",
  "cluster_size=30000000",
  "end_time=2026-11-29 02:00:05.000000+00:00",
  "end_wal=000000010000000000000002",
  "status=DONE",
  "timeline=1",
  "version=170006",
  "xlog_segment_size=16777216",
].join("\n");

export const segment = (number: number): string =>
  `00000001000000000000000${number.toString(16).toUpperCase()}`;
export const segmentKey = (number: number): string =>
  `${archive}/wals/0000000100000000/${segment(number)}.zst`;

export const record = (message: string, time = "2026-11-30 04:00:20.000 UTC") =>
  JSON.stringify({ logger: "postgres", record: { log_time: time, error_severity: "LOG", message } });

const names = (...given: string[]): Rows => given.map((name) => [name]);

/** A database that writes, with an archive that is whole, and a restore that works. `@N` is a time in seconds. */
export function soundWorld(): World {
  const copy = "shop-orders-rw.cnpg-drill.svc";
  return {
    job: {
      drill: "shop-orders",
      namespace: "shop",
      clusterName: "orders",
      serverName: "orders",
      destinationPath: "s3://cnpg-backups/lab/orders",
      objectStore: "shop-orders",
      runs: "shop-orders-runs",
      endpoint: "http://10.0.0.10:7480",
      region: "local",
      deadlineSeconds: 3600,
      leaseSeconds: 60,
      moment: "latest",
      marker: true,
      size: null,
      storageClass: null,
      checks: { pages: "catalogs", extensions: true, collations: true, sql: [] },
      maxDataLossSeconds: 900,
      keepRuns: 2,
    },
    objects: {
      [sourcePath]: {
        metadata: { name: "orders", uid: "source" },
        spec: {
          storage: { size: "1Gi" },
          bootstrap: { initdb: { database: "app", owner: "app" } },
          postgresql: { parameters: { archive_timeout: "5min", work_mem: "8MB" } },
          plugins: [{ name: "barman-cloud.cloudnative-pg.io", parameters: { serverName: "orders" } }],
          priorityClassName: "important",
        },
        status: { image: "localhost/postgresql:17" },
      },
      "/api/v1/namespaces/cnpg-drill/configmaps/shop-orders-runs": { metadata: { name: "shop-orders-runs" } },
    },
    store: {
      [`${archive}/base/20261129T020000/backup.info`]: backupInfo,
      [`${archive}/base/20261129T020000/data.tar`]: "",
      ...Object.fromEntries([2, 3, 4, 5].map((number) => [segmentKey(number), ""])),
    },
    stages: [[], [{ kind: "recovery", phase: "Running" }], [{ kind: "instance", phase: "Running" }]],
    logs: {
      "full-recovery": [
        record("redo starts at 0/2000028"),
        record(`restored log file "${segment(5)}" from archive`),
        record("redo done at 0/5000028 system usage: CPU", "2026-11-30 04:00:30.000 UTC"),
        record("last completed transaction was at log time 2026-11-30 04:00:00.000001+00"),
      ],
    },
    databases: {
      "orders-rw.shop.svc cnpgrgw_drill": [
        ["select at from runs where run =", [["@0"]]],
        ["select at from runs where run <>", [["@-604800"]]],
        ["pg_walfile_name", [[segment(5)]]],
        ["archive_timeout", [[300]]],
        ["extract", [[12.5]]],
        ["from pg_database", names("app", "cnpgrgw_drill", "postgres")],
        ["from pg_roles", names("app", "cnpgrgw_drill", "postgres")],
        ["pg_stat_archiver", [[segment(4), null]]],
      ],
      [`${copy} cnpgrgw_drill`]: [["select at from runs", [["@-604800"], ["@0"]]], ...soundAnswers],
      [copy]: soundAnswers,
    },
  };
}

const soundAnswers: Answer[] = [
  ["pg_is_in_recovery", [[false]]],
  ["sum\\(pg_database_size", [[31_000_000]]],
  ["select datname from pg_database where datallowconn", names("app", "cnpgrgw_drill", "postgres")],
  ["select rolname", names("app", "cnpgrgw_drill", "postgres")],
  ["server_version_num", [[170006]]],
  ["quote_ident", [["public"]]],
  ["from pg_class", [[1259, "pg_class"]]],
  ["from pg_index", [[2662, "pg_class_oid_index"]]],
];
