import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Look } from "../../../../../components/cnpg/live/look.ts";
import { staleJobs } from "../../../../../components/cnpg/live/stale-jobs.ts";

const image = "localhost/not-there:17";

function look(imageName: string | undefined, labels: Record<string, string>, reason: string): Look {
  const state = { waiting: { reason } };
  return {
    resource: {
      metadata: { name: "orders", namespace: "shop" },
      spec: { instances: 1, ...(imageName === undefined ? {} : { imageName }) },
      status: { conditions: [] },
    },
    pods: [
      {
        metadata: { name: "orders-1-initdb-x", namespace: "shop", labels },
        spec: { initContainers: [], containers: [{ name: "initdb", image }], volumes: [] },
        status: {
          conditions: [],
          initContainerStatuses: [],
          containerStatuses: [{ name: "initdb", image, state }],
        },
      },
    ],
    jobs: [],
  };
}
const ofJob = { "job-name": "orders-1-initdb" };

describe("staleJobs", () => {
  it("are those that wait for an image which the Cluster does not name any more", () => {
    assert.deepEqual(staleJobs(look("localhost/postgresql:17", ofJob, "ImagePullBackOff")), [
      "orders-1-initdb",
    ]);
  });

  it("are none whose image may still come, that run, or that are no job", () => {
    assert.deepEqual(staleJobs(look(image, ofJob, "ErrImagePull")), []);
    assert.deepEqual(staleJobs(look("localhost/postgresql:17", ofJob, "PodInitializing")), []);
    assert.deepEqual(staleJobs(look("localhost/postgresql:17", {}, "ErrImagePull")), []);
    assert.deepEqual(staleJobs(look(undefined, ofJob, "ErrImagePull")), []);
  });
});
