import { z } from "zod";

import {
  databaseRules,
  drillNamespace,
  drillRules as rules,
  drillScheduleRule,
  imageRule,
  namespaceRule,
} from "../components/internal.ts";
import { number, text, yesOrNo } from "./values.ts";

const statement = z.strictObject(
  {
    database: text("must be the name of a database", databaseRules.identifierRule)
      .optional()
      .meta({ description: "Database that it runs in", default: "`app`" }),
    statement: z
      .string("must be a statement that returns true")
      .min(1, "must be a statement that returns true")
      .describe("SQL that returns one row with one column that is true. What else it returns is never shown"),
  },
  "must be an object with statement, and database",
);

const checks = z.strictObject(
  {
    pages: text("must be catalogs, full or none", rules.pagesRule).optional().meta({
      description: "What `amcheck` reads: the `catalogs`, `full` for every table and index, or `none`",
      default: "`catalogs`",
    }),
    sql: z
      .array(statement, "must be a list of statements")
      .optional()
      .describe("Statements that must return true on the restored data"),
    extensions: yesOrNo.optional().meta({
      description: "Whether the files of all extensions are in the image",
      default: "`true`",
    }),
    collations: yesOrNo.optional().meta({
      description: "Whether the image has the collation versions that the data were sorted with",
      default: "`true`",
    }),
  },
  "must be an object with pages, sql, extensions or collations",
);

/** `drill` of an entry of `databases`; what is left out has the default of the component `RestoreDrill`. */
export const databaseDrill = z.strictObject(
  {
    enabled: yesOrNo.optional().meta({
      description: "Whether its backups are proven by restores",
      default: "`true`, with the Barman Cloud plugin",
    }),
    schedule: text("must be a schedule of five fields", drillScheduleRule).optional().meta({
      description: "When it is restored: five fields, minutes first",
      default: "once a week, at night, at a time that namespace and name decide",
    }),
    timeZone: z
      .string("must be the name of a time zone")
      .optional()
      .meta({ description: "Time zone of the schedule", default: "`Etc/UTC`" }),
    deadlineSeconds: number("must be a number of seconds", rules.deadlineRule)
      .optional()
      .meta({ description: "How long a drill may take, with its checks", default: "`3600`" }),
    moment: text("must be latest or random", rules.momentRule).optional().meta({
      description: "What it recovers to: `latest`, or a `random` moment within the retention",
      default: "`latest`",
    }),
    marker: yesOrNo.optional().meta({
      description: "Whether each drill writes a row to the database first, which the restore must contain",
      default: "`true`",
    }),
    size: text("must be the size of a volume, such as 20Gi", databaseRules.sizeRule)
      .optional()
      .meta({ description: "Size of the copy's volume", default: "that of the database" }),
    storageClass: text("must be the name of a StorageClass", databaseRules.storageClassRule)
      .optional()
      .meta({ description: "StorageClass of the copy's volume", default: "that of the database" }),
    checks: checks.optional().describe("What is checked on the restored data"),
    maxDataLossSeconds: number("must be a number of seconds", rules.dataLossRule).optional().meta({
      description: "A drill fails when the restore lacks more than these seconds",
      default: "`900`",
    }),
    keepRuns: number("must be a number of runs", rules.keepRunsRule)
      .optional()
      .meta({ description: "How many results are kept", default: "`20`" }),
  },
  "must be an object with enabled, schedule and other settings",
);

/** `drills`: what the drills of all databases share. */
export const drills = z.strictObject(
  {
    enabled: yesOrNo.default(true).describe("Whether databases are drilled"),
    namespace: text("must be the name of a namespace", namespaceRule)
      .default(drillNamespace)
      .describe("Namespace that databases are restored in. It is made here, and has nothing else in it"),
    image: text("must be an image", imageRule)
      .optional()
      .meta({ description: "Image that the drill's program runs in", default: "the plugin's sidecar image" }),
    quota: z
      .strictObject(
        {
          storage: text("must be an amount of storage, such as 100Gi", databaseRules.sizeRule)
            .optional()
            .meta({ description: "Storage that all copies together may have", default: "no limit" }),
          pods: number("must be a number of pods", rules.podsRule)
            .optional()
            .meta({ description: "Pods that may be in the namespace", default: "`6`" }),
        },
        "must be an object with storage or pods",
      )
      .optional()
      .describe("ResourceQuota of the namespace"),
  },
  "must be an object with enabled, namespace, image or quota",
);
