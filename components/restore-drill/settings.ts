import * as pulumi from "@pulumi/pulumi";

import { serverNameRule, sizeRule, storageClassRule } from "../postgres/rules/rules.ts";
import { namespaceRule } from "../kubernetes/namespace-rule.ts";
import { type Rule, checked, ifGiven } from "../pulumi/arguments.ts";
import type { DrilledDatabaseArgs } from "./args.ts";
import { drillName, runsName } from "./names.ts";
import * as rules from "./rules.ts";
import { drillSchedule, drillScheduleRule } from "./schedule.ts";

/** How long a drill waits for the ones before it: longer than the drills of one night take. */
const leaseSeconds = 4 * 3600;

/** What the program is to do, as it finds it in DRILL: without a secret. scripts/drill.py reads it. */
export interface DrillJob {
  drill: string;
  namespace: string;
  clusterName: string;
  serverName: string;
  destinationPath: string;
  objectStore: string;
  runs: string;
  endpoint: string;
  region: string;
  deadlineSeconds: number;
  leaseSeconds: number;
  moment: string;
  marker: boolean;
  size: string | null;
  storageClass: string | null;
  checks: {
    pages: string;
    extensions: boolean;
    collations: boolean;
    sql: { database: string; statement: string }[];
  };
  maxDataLossSeconds: number;
  keepRuns: number;
}

export interface DrillSettings {
  job: DrillJob;
  schedule: string;
  timeZone: string;
}

/** The arguments of one database: checked, and with defaults. */
export function drillSettings(
  { of, checks = {}, ...args }: DrilledDatabaseArgs,
  store: pulumi.Output<{ endpoint: string; region: string }>,
  component: pulumi.Resource,
): pulumi.Output<DrillSettings> {
  const check = <T>(argument: string, value: pulumi.Input<T>, rule: Rule<pulumi.Unwrap<T>>) =>
    checked(component, `databases[${args.name}].${argument}`, value, rule);
  return pulumi
    .output({
      store,
      namespace: check("of.namespace", of.namespace, namespaceRule),
      clusterName: pulumi.output(of.clusterName),
      serverName: check("of.serverName", of.serverName, serverNameRule),
      destinationPath: check("of.destinationPath", of.destinationPath, rules.destinationRule),
      schedule: check("schedule", args.schedule, drillScheduleRule),
      timeZone: args.timeZone,
      deadlineSeconds: check("deadlineSeconds", args.deadlineSeconds, rules.deadlineRule),
      moment: check("moment", args.moment, rules.momentRule),
      size: check("size", args.size, ifGiven(sizeRule)),
      storageClass: check("storageClass", args.storageClass, storageClassRule),
      pages: check("checks.pages", checks.pages, rules.pagesRule),
      extensions: checks.extensions,
      collations: checks.collations,
      sql: checks.sql ?? [],
      maxDataLossSeconds: check("maxDataLossSeconds", args.maxDataLossSeconds, rules.dataLossRule),
      keepRuns: check("keepRuns", args.keepRuns, rules.keepRunsRule),
    })
    .apply((given) => {
      const drill = drillName(given.namespace, given.clusterName);
      return {
        schedule: given.schedule ?? drillSchedule(given.namespace, given.clusterName),
        timeZone: given.timeZone ?? "Etc/UTC",
        job: {
          drill,
          namespace: given.namespace,
          clusterName: given.clusterName,
          serverName: given.serverName,
          destinationPath: given.destinationPath,
          objectStore: drill,
          runs: runsName(drill),
          ...given.store,
          deadlineSeconds: given.deadlineSeconds ?? 3600,
          leaseSeconds,
          moment: given.moment ?? "latest",
          marker: args.marker ?? true,
          size: given.size ?? null,
          storageClass: given.storageClass ?? null,
          checks: {
            pages: given.pages ?? "catalogs",
            extensions: given.extensions ?? true,
            collations: given.collations ?? true,
            sql: given.sql.map(({ database, statement }) => ({ database: database ?? "app", statement })),
          },
          maxDataLossSeconds: given.maxDataLossSeconds ?? 900,
          keepRuns: given.keepRuns ?? 20,
        },
      };
    });
}
