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
    database: text("must be the name of a database", databaseRules.identifierRule).optional(),
    statement: z
      .string("must be a statement that returns true")
      .min(1, "must be a statement that returns true"),
  },
  "must be an object with statement, and database",
);

const checks = z.strictObject(
  {
    pages: text("must be catalogs, full or none", rules.pagesRule).optional(),
    sql: z.array(statement, "must be a list of statements").optional(),
    extensions: yesOrNo.optional(),
    collations: yesOrNo.optional(),
  },
  "must be an object with pages, sql, extensions or collations",
);

/** `drill` of an entry of `databases`; what is left out has the default of the component `RestoreDrill`. */
export const databaseDrill = z.strictObject(
  {
    enabled: yesOrNo.optional(),
    schedule: text("must be a schedule of five fields", drillScheduleRule).optional(),
    timeZone: z.string("must be the name of a time zone").optional(),
    deadlineSeconds: number("must be a number of seconds", rules.deadlineRule).optional(),
    moment: text("must be latest or random", rules.momentRule).optional(),
    marker: yesOrNo.optional(),
    size: text("must be the size of a volume, such as 20Gi", databaseRules.sizeRule).optional(),
    storageClass: text("must be the name of a StorageClass", databaseRules.storageClassRule).optional(),
    checks: checks.optional(),
    maxDataLossSeconds: number("must be a number of seconds", rules.dataLossRule).optional(),
    keepRuns: number("must be a number of runs", rules.keepRunsRule).optional(),
  },
  "must be an object with enabled, schedule and other settings",
);

/** `drills`: what the drills of all databases share. */
export const drills = z.strictObject(
  {
    enabled: yesOrNo.default(true),
    namespace: text("must be the name of a namespace", namespaceRule).default(drillNamespace),
    image: text("must be an image", imageRule).optional(),
    quota: z
      .strictObject(
        {
          storage: text("must be an amount of storage, such as 100Gi", databaseRules.sizeRule).optional(),
          pods: number("must be a number of pods", rules.podsRule).optional(),
        },
        "must be an object with storage or pods",
      )
      .optional(),
  },
  "must be an object with enabled, namespace, image or quota",
);
