import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { ClusterResource } from "../../../../../components/postgres/cluster/cluster-resource.ts";
import { staleJobs } from "../../../../../components/postgres/wait/stale-jobs.ts";
import type { Job, Pod } from "../../../../../components/postgres/cluster/pods-and-jobs.ts";

type Field = NonNullable<ClusterResource["metadata"]["managedFields"]>[number];

const cluster = (...managedFields: Field[]): ClusterResource => ({
  metadata: { name: "orders", namespace: "shop", managedFields },
  spec: { instances: 1 },
  status: { conditions: [] },
});
const specAt = (time: string): Field => ({ time, fieldsV1: { "f:spec": {} } });
const changed = cluster(specAt("2026-11-22T10:00:00Z"), specAt("2026-11-22T10:05:00Z"));

function job(role: string, status: Partial<Job["status"]> = {}, made = "2026-11-22T10:01:00Z"): Job {
  const labels = { "cnpg.io/jobRole": role };
  return {
    metadata: { name: "orders-1-job", namespace: "shop", labels, creationTimestamp: new Date(made) },
    status: { active: 0, failed: 0, succeeded: 0, conditions: [], ...status },
  };
}

const pod = (phase: string, state?: { running?: object; waiting?: { reason: string } }): Pod => ({
  metadata: { name: "orders-1-job-x", namespace: "shop", labels: { "job-name": "orders-1-job" } },
  spec: { initContainers: [], containers: [{ name: "job" }], volumes: [] },
  status: {
    phase,
    conditions: [],
    initContainerStatuses: [],
    containerStatuses: [{ name: "job", image: "pg:17", ...(state && { state }) }],
  },
});

describe("staleJobs", () => {
  const waiting = pod("Pending", { waiting: { reason: "ImagePullBackOff" } });

  it("are those that fill a volume, were made before the Cluster was changed, and of which nothing runs", () => {
    for (const role of ["initdb", "full-recovery", "join"]) {
      assert.deepEqual(staleJobs(changed, [job(role)], []), ["orders-1-job"], "no pod could be made");
      assert.deepEqual(staleJobs(changed, [job(role, { active: 1 })], [waiting]), ["orders-1-job"]);
      assert.deepEqual(staleJobs(changed, [job(role, { failed: 6 })], [pod("Failed")]), ["orders-1-job"]);
    }
  });

  it("are none that run, that were made since, or that have succeeded", () => {
    const none = (jobs: Job[], pods: Pod[], resource = changed) => {
      assert.deepEqual(staleJobs(resource, jobs, pods), []);
    };
    none([job("full-recovery", { active: 1 })], [pod("Running", { running: {} })]);
    none([job("full-recovery", { active: 1 })], [pod("Pending", { running: {} })]);
    none([job("full-recovery", { active: 1 })], []);
    none([job("initdb", {}, "2026-11-22T10:05:00Z")], []);
    none([job("initdb", { succeeded: 1 })], []);
  });

  it("are none of pg_upgrade, of nobody knows what, and of a Cluster whose changes nobody dates", () => {
    assert.deepEqual(staleJobs(changed, [job("major-upgrade", { failed: 1 })], []), []);
    assert.deepEqual(staleJobs(changed, [job("")], []), []);
    assert.deepEqual(staleJobs(cluster(), [job("initdb")], []), []);
    const status = { ...specAt("2026-11-22T10:05:00Z"), subresource: "status" };
    assert.deepEqual(staleJobs(cluster(status, specAt("2026-11-22T10:00:00Z")), [job("initdb")], []), []);
  });
});
