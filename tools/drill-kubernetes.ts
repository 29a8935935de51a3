import { z } from "zod";

import { type KubernetesArgs, kubeGet, kubeSend, statusOf, withDeadline } from "../components/internal.ts";

const cronJob = z.object({
  metadata: z.object({ name: z.string(), uid: z.string() }),
  spec: z.object({
    jobTemplate: z.object({ metadata: z.unknown(), spec: z.record(z.string(), z.unknown()) }),
  }),
});
const labels = z
  .object({ labels: z.record(z.string(), z.string()).optional() })
  .optional()
  .catch(undefined);

/** Makes a Job of a drill's CronJob, as `kubectl create job --from` does; returns its name. */
export async function startDrill(
  kubernetes: KubernetesArgs,
  namespace: string,
  drill: string,
): Promise<string> {
  const path = `/apis/batch/v1/namespaces/${namespace}`;
  const found = await withDeadline(10_000, (deadline) =>
    kubeGet(kubernetes, `${path}/cronjobs/${drill}`, deadline),
  ).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error;
    throw new Error(
      `There is no CronJob ${drill} in namespace ${namespace}. Is its drill on, and \`pulumi up\` done?`,
    );
  });
  const { metadata, spec } = cronJob.parse(found);
  const name = `${drill.slice(0, 45)}-by-hand-${Math.floor(Date.now() / 1000).toString(36)}`;
  const owner = { apiVersion: "batch/v1", kind: "CronJob", controller: true };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      labels: labels.parse(spec.jobTemplate.metadata)?.labels ?? {},
      annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
      ownerReferences: [{ ...owner, name: metadata.name, uid: metadata.uid }],
    },
    spec: spec.jobTemplate.spec,
  };
  const request = {
    method: "POST",
    path: `${path}/jobs`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(job),
  };
  const { status, body } = await withDeadline(20_000, (deadline) => kubeSend(kubernetes, request, deadline));
  if (status !== 201) throw new Error(`Kubernetes refused Job ${name}: HTTP ${status} ${body.slice(0, 300)}`);
  return name;
}

const pods = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), status: z.object({ phase: z.string() }) }),
  ),
});

export interface DrillPod {
  name: string;
  phase: string;
}

/** The pod of a Job; undefined while there is none. */
export async function podOf(
  kubernetes: KubernetesArgs,
  namespace: string,
  job: string,
): Promise<DrillPod | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`job-name=${job}`)}`;
  const found = pods.parse(await withDeadline(10_000, (deadline) => kubeGet(kubernetes, path, deadline)));
  const [pod] = found.items;
  return pod && { name: pod.metadata.name, phase: pod.status.phase };
}

/** All that a pod has printed so far; nothing while it has not started. */
export async function logOf(kubernetes: KubernetesArgs, namespace: string, pod: string): Promise<string> {
  const request = { method: "GET", path: `/api/v1/namespaces/${namespace}/pods/${pod}/log`, headers: {} };
  const { status, body } = await withDeadline(20_000, (deadline) => kubeSend(kubernetes, request, deadline));
  return status === 200 ? body : "";
}

const finished = z.object({
  status: z.object({
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), reason: z.string().optional() }))
      .default([]),
  }),
});

/** How a Job ended, such as `Complete` or `DeadlineExceeded`; undefined while it runs. */
export async function endOf(
  kubernetes: KubernetesArgs,
  namespace: string,
  job: string,
): Promise<string | undefined> {
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${job}`;
  const { status } = finished.parse(
    await withDeadline(10_000, (deadline) => kubeGet(kubernetes, path, deadline)),
  );
  const end = status.conditions.find(
    (each) => each.status === "True" && /^(Complete|Failed)$/.test(each.type),
  );
  return end && (end.type === "Complete" ? "Complete" : (end.reason ?? "Failed"));
}
