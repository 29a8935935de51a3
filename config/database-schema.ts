import { z } from "zod";

import {
  bucketRule,
  databaseRules as rules,
  databaseDefaults,
  namespaceRule,
  pathRule,
} from "../components/internal.ts";
import { databaseDrill } from "./drill-schema.ts";
import { number, text, yesOrNo } from "./values.ts";

const clusterName = text("must be the name of a database", rules.clusterNameRule);

const storage = z.strictObject(
  {
    size: text("must be the size of the volume, such as 20Gi", rules.sizeRule).describe(
      "Size of each instance's volume, with its unit. It can grow and not shrink",
    ),
    storageClass: text("must be the name of a StorageClass", rules.storageClassRule)
      .optional()
      .meta({ description: "StorageClass of the volumes", default: "the cluster's default" }),
  },
  "must be an object with size and storageClass",
);

const backup = z
  .strictObject(
    {
      method: text("must be plugin or barmanObjectStore", rules.methodRule)
        .optional()
        .meta({
          description: "`plugin`, or `barmanObjectStore`, which CloudNativePG 1.31 removes",
          default: `\`${databaseDefaults.method}\``,
        }),
      schedule: text("must be a schedule of six fields", rules.scheduleRule).optional().meta({
        description:
          "When base backups are taken: six fields, seconds first, Sunday is 0; or `@every 12h`. The first one is taken at once",
        default: "each night between 2:00 and 5:00, at a minute that namespace and name decide",
      }),
      retention: text("must be a time such as 14d", rules.retentionRule)
        .optional()
        .meta({
          description:
            "How far back a recovery can go: days, weeks or months (`d`, `w`, `m`). Older backups are deleted",
          default: `\`${databaseDefaults.retention}\``,
        }),
      serverName: text("must be a name", rules.serverNameRule).optional().meta({
        description: "Name under the database's prefix that its WAL is written to",
        default: "`name`",
      }),
      dataCompression: z
        .string("must be the name of a compression")
        .optional()
        .meta({
          description: "Of base backups: `snappy`, `gzip`, `bzip2`, `lz4` (plugin only) or `none`",
          default: `\`${databaseDefaults.dataCompression}\``,
        }),
      walCompression: text("must be the name of a compression", rules.walCompressionRule)
        .optional()
        .meta({
          description: "Of WAL: `zstd`, `lz4`, `snappy`, `gzip`, `bzip2`, `xz` or `none`",
          default: `\`${databaseDefaults.walCompression}\``,
        }),
      jobs: number("must be a number of uploads", rules.parallelRule)
        .optional()
        .meta({ description: "Uploads of a base backup at once", default: `\`${databaseDefaults.jobs}\`` }),
      walParallelism: number("must be a number of WAL segments", rules.parallelRule)
        .optional()
        .meta({
          description: "WAL segments that are archived or restored at once",
          default: `\`${databaseDefaults.walParallelism}\``,
        }),
      objectStore: z
        .record(z.string(), z.unknown(), "must be an object: the ObjectStore's spec")
        .optional()
        .describe(
          "Anything else of the ObjectStore's `spec` (plugin only), merged over what the program makes",
        ),
    },
    "must be an object with schedule, retention and other settings",
  )
  .superRefine(({ method, dataCompression }, context) => {
    const message = rules.dataCompressionRule(method)(dataCompression);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["dataCompression"], message });
  });

/** Without quotes in the stack's YAML it is a time to Pulumi, which hands it on as Go prints one. */
const moment = z.preprocess(
  (value) =>
    typeof value === "string"
      ? value.replace(/^(\d{4}(?:-\d\d){2}) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d) \S+$/, "$1T$2$3:$4")
      : value,
  text("must be a moment, such as 2026-11-22T10:00:00Z", rules.targetTimeRule),
);

const recovery = z
  .strictObject(
    {
      from: text("must be the name of the database to recover", rules.sourceNameRule)
        .optional()
        .describe("Name of the database whose backups to start from. Required, unless there is `archive`"),
      archive: text("must be a place like s3://BUCKET/SERVERNAME", rules.archiveRule)
        .optional()
        .describe(
          "The folder that holds `base` and `wals`, for a backup of any layout. In place of `from`, `serverName`, `bucket` and `path`",
        ),
      serverName: text("must be a name", rules.serverNameRule).optional().meta({
        description: "Which lineage to start from, where there is more than one",
        default: "the same as `from`",
      }),
      targetTime: moment.optional().meta({
        description: "Recover to this moment, with its time zone (RFC 3339)",
        default: "all that was archived",
      }),
      backupId: text("must be the id of a base backup", rules.backupIdRule).optional().meta({
        description: "Start from this base backup, for when a newer one is damaged",
        default: "the newest that ended before `targetTime`",
      }),
      acceptLoss: text("must be the name of a file in the archive", rules.acceptLossRule)
        .optional()
        .describe(
          "Accept that the recovery ends before this file, which the error of a short recovery names",
        ),
      bucket: text("must be the name of a bucket", bucketRule)
        .optional()
        .meta({ description: "Bucket of those backups", default: "the stack's `bucket`" }),
      path: text("must be a prefix in the bucket", pathRule)
        .optional()
        .meta({ description: "Prefix of those backups in the bucket", default: "the stack's `path`" }),
    },
    "must be an object with from, targetTime and other settings",
  )
  .superRefine(({ archive, from, serverName, bucket, path }, context) => {
    if (archive === undefined && from === undefined) {
      const message = "must be the name of the database to recover, unless recovery.archive is a place";
      context.addIssue({ code: "custom", path: ["from"], message });
      return;
    }
    const message = rules.sourceRule({ archive, from, serverName, bucket, path });
    if (message !== undefined) context.addIssue({ code: "custom", path: ["archive"], message });
  });

/** An entry of `databases`: the arguments of a PostgresCluster, and no store, for that is the stack's. */
export const databaseEntry = z
  .strictObject(
    {
      name: clusterName.describe(
        "Name of the database's Cluster, and its prefix in the bucket: at most 46 characters. It cannot change",
      ),
      namespace: text("must be the name of a namespace", namespaceRule).describe(
        "One of `namespaces`. It cannot change",
      ),
      instances: number("must be a number of instances", rules.instancesRule)
        .optional()
        .meta({
          description: "PostgreSQL instances, on different nodes where there are several",
          default: `\`${databaseDefaults.instances}\``,
        }),
      imageName: text("must be an image with a tag", rules.imageNameRule).optional().meta({
        description:
          "PostgreSQL image. Its tag begins with the version; `barmanObjectStore` needs one with `-system-`",
        default: "the operator's",
      }),
      storage: storage.describe("The volume of each instance"),
      database: z
        .strictObject(
          {
            name: text("must be the name of a database", rules.identifierRule)
              .optional()
              .meta({ description: "Name of the database", default: `\`${databaseDefaults.database}\`` }),
            owner: text("must be the name of a role", rules.identifierRule)
              .optional()
              .meta({ description: "Role that owns it", default: "the database's name" }),
          },
          "must be an object with name or owner",
        )
        .optional()
        .describe("The database that applications use"),
      backup: backup.prefault({}).describe("How it is backed up"),
      recovery: recovery.optional().meta({
        description: "Start from a backup. It counts only when the database is made",
        default: "start empty",
      }),
      deletion: z
        .strictObject(
          {
            protect: yesOrNo.optional().meta({
              description:
                "Refuse to delete the database. Set it to `false` and run `pulumi up` before you remove the entry",
              default: "`true`",
            }),
            retainVolumes: yesOrNo.optional().meta({
              description:
                "Keep volumes, pods, Services and the application's Secret when the Cluster is deleted. Set it and run `pulumi up` before",
              default: "`false`",
            }),
          },
          "must be an object with protect or retainVolumes",
        )
        .optional()
        .describe("What happens to the data when the entry is removed"),
      drill: databaseDrill.optional().describe("Its restore drill, which proves its backups on a schedule"),
      timeoutSeconds: number("must be a number of seconds", rules.timeoutRule)
        .optional()
        .meta({
          description: "How long `pulumi up` waits for the database. A large recovery needs more",
          default: `\`${databaseDefaults.timeoutSeconds}\``,
        }),
      spec: z
        .record(z.string(), z.unknown(), "must be an object: the Cluster's spec")
        .optional()
        .describe(
          "Anything else of the Cluster's `spec`, merged over what the program makes; lists of named entries by name",
        ),
    },
    "must be an object with name, namespace, storage and other settings",
  )
  .superRefine(({ backup, imageName }, context) => {
    const message = rules.barmanImageRule(backup.method)(imageName);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["imageName"], message });
  });
