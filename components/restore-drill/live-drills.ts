import { z } from "zod";

import { type KubernetesArgs, getIfThere } from "../kubernetes/questions.ts";
import { runsKey, runsName } from "./names.ts";
import { type Run, parseRuns } from "./result.ts";

/** A drill as Kubernetes has it. */
export interface LiveDrill {
  /** Name of its CronJob. */
  drill: string;
  schedule: string;
  isSuspended: boolean;
  deadlineSeconds: number;
  since: Date;

  /** Newest first. */
  runs: Run[];
}

const cronJobs = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), creationTimestamp: z.iso.datetime() }),
      spec: z.object({
        schedule: z.string(),
        suspend: z.boolean().default(false),
        jobTemplate: z.object({ spec: z.object({ activeDeadlineSeconds: z.number().default(3600) }) }),
      }),
    }),
  ),
});
const configMaps = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      data: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** The drills of a namespace, by two questions for all of them. Throws if Kubernetes does not tell. */
export async function liveDrills(kubernetes: KubernetesArgs, namespace: string): Promise<LiveDrill[]> {
  const [jobs, maps] = await Promise.all([
    getIfThere(kubernetes, `/apis/batch/v1/namespaces/${namespace}/cronjobs`, cronJobs),
    getIfThere(kubernetes, `/api/v1/namespaces/${namespace}/configmaps`, configMaps),
  ]);
  const runs = new Map(maps?.items.map(({ metadata, data }) => [metadata.name, data[runsKey]]));
  return (jobs?.items ?? []).map(({ metadata: { name, creationTimestamp }, spec }) => ({
    drill: name,
    schedule: spec.schedule,
    isSuspended: spec.suspend,
    deadlineSeconds: spec.jobTemplate.spec.activeDeadlineSeconds,
    since: new Date(creationTimestamp),
    runs: parseRuns(runs.get(runsName(name))),
  }));
}
