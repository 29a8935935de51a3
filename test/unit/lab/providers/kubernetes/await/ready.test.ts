import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { podTrouble, readyChecks } from "../../../../../../lab/providers/kubernetes/await/ready.ts";
import type { Props } from "../../../../../../lab/providers/sdk/provider.ts";

function look(kind: string, object: Props) {
  const check = readyChecks[kind];
  assert.ok(check !== undefined);
  return check(object);
}

describe("readiness of built-in kinds", () => {
  it("a Deployment: all replicas updated and available, no old ones left", () => {
    const deployment = (status: Props): Props => ({
      metadata: { generation: 3 },
      spec: { replicas: 2 },
      status,
    });
    const good = { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    assert.ok(look("apps/v1/Deployment", deployment(good)).done);
    for (const bad of [
      { observedGeneration: 2 },
      { updatedReplicas: 1 },
      { availableReplicas: 1 },
      { replicas: 3 },
    ]) {
      assert.ok(!look("apps/v1/Deployment", deployment({ ...good, ...bad })).done, JSON.stringify(bad));
    }
    assert.ok(!look("apps/v1/Deployment", deployment({})).done);
  });

  it("a Job: complete, and a failed one ends the wait at once with its reason", () => {
    const job = (type: string): Props => ({
      status: { conditions: [{ type, status: "True", message: "gave up" }] },
    });
    assert.ok(look("batch/v1/Job", job("Complete")).done);
    assert.throws(() => look("batch/v1/Job", job("Failed")), /the job failed: gave up/);
    assert.ok(!look("batch/v1/Job", {}).done);
  });

  it("a Pod that does not start says why", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const pod = { status: { phase: "Pending", containerStatuses: [{ state: { waiting } }] } };
    assert.equal(podTrouble(pod), "[ImagePullBackOff] no such image");
    assert.deepEqual(look("v1/Pod", pod), {
      done: false,
      waitingFor: "the pod to be ready: [ImagePullBackOff] no such image",
    });
  });
});
