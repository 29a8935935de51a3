import { z } from "zod";

import { bucketRule, databaseRules as rules, namespaceRule, pathRule } from "../components/internal.ts";
import { number, text, yesOrNo } from "./values.ts";

const clusterName = text("must be the name of a database", rules.clusterNameRule);

const storage = z.strictObject(
  {
    size: text("must be the size of the volume, such as 20Gi", rules.sizeRule),
    storageClass: text("must be the name of a StorageClass", rules.storageClassRule).optional(),
  },
  "must be an object with size and storageClass",
);

const backup = z
  .strictObject(
    {
      method: text("must be plugin or barmanObjectStore", rules.methodRule).optional(),
      schedule: text("must be a schedule of six fields", rules.scheduleRule).optional(),
      retention: text("must be a time such as 14d", rules.retentionRule).optional(),
      serverName: text("must be a name", rules.serverNameRule).optional(),
      dataCompression: z.string("must be the name of a compression").optional(),
      walCompression: text("must be the name of a compression", rules.walCompressionRule).optional(),
      jobs: number("must be a number of uploads", rules.parallelRule).optional(),
      walParallelism: number("must be a number of WAL segments", rules.parallelRule).optional(),
      objectStore: z.record(z.string(), z.unknown(), "must be an object: the ObjectStore's spec").optional(),
    },
    "must be an object with schedule, retention and other settings",
  )
  .superRefine(({ method = "plugin", dataCompression }, context) => {
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
      from: text("must be the name of the database to recover", rules.sourceNameRule).optional(),
      archive: text("must be a place like s3://BUCKET/SERVERNAME", rules.archiveRule).optional(),
      serverName: text("must be a name", rules.serverNameRule).optional(),
      targetTime: moment.optional(),
      backupId: text("must be the id of a base backup", rules.backupIdRule).optional(),
      acceptLoss: text("must be the name of a file in the archive", rules.acceptLossRule).optional(),
      bucket: text("must be the name of a bucket", bucketRule).optional(),
      path: text("must be a prefix in the bucket", pathRule).optional(),
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
      name: clusterName,
      namespace: text("must be the name of a namespace", namespaceRule),
      instances: number("must be a number of instances", rules.instancesRule).optional(),
      imageName: text("must be an image with a tag", rules.imageNameRule).optional(),
      storage,
      database: z
        .strictObject(
          {
            name: text("must be the name of a database", rules.identifierRule).optional(),
            owner: text("must be the name of a role", rules.identifierRule).optional(),
          },
          "must be an object with name or owner",
        )
        .optional(),
      backup: backup.prefault({}),
      recovery: recovery.optional(),
      deletion: z
        .strictObject(
          { protect: yesOrNo.optional(), retainVolumes: yesOrNo.optional() },
          "must be an object with protect or retainVolumes",
        )
        .optional(),
      timeoutSeconds: number("must be a number of seconds", rules.timeoutRule).optional(),
      spec: z.record(z.string(), z.unknown(), "must be an object: the Cluster's spec").optional(),
    },
    "must be an object with name, namespace, storage and other settings",
  )
  .superRefine(({ backup, imageName }, context) => {
    const message = rules.barmanImageRule(backup.method ?? "plugin")(imageName);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["imageName"], message });
  });
