import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseWaitFor } from "../../../../../../lab/providers/kubernetes/await/wait-for.ts";
import type { Props } from "../../../../../../lab/providers/sdk/provider.ts";

function cluster(status: string, more: Props = {}): Props {
  return {
    metadata: { generation: 2 },
    status: {
      phase: "Healthy",
      instances: 3,
      conditions: [{ type: "Ready", status, message: "why" }],
      ...more,
    },
  };
}

function isDone(annotation: string, object: Props): boolean {
  return parseWaitFor(annotation)(object).done;
}

describe("pulumi.com/waitFor", () => {
  it("waits for a condition, True if nothing else is said, in any case", () => {
    assert.ok(isDone("condition=Ready", cluster("True")));
    assert.ok(isDone("condition=ready=true", cluster("True")));
    assert.ok(!isDone("condition=Ready", cluster("False")));
    assert.ok(isDone("condition=Ready=False", cluster("False")));
    assert.ok(!isDone("condition=Ready", {}));
  });

  it("says what is missing, with the object's own reason", () => {
    assert.deepEqual(parseWaitFor("condition=Ready")(cluster("False")), {
      done: false,
      waitingFor: "condition Ready=True (is False: why)",
    });
  });

  it("does not take the status of an older generation for the answer", () => {
    assert.ok(!isDone("condition=Ready", cluster("True", { observedGeneration: 1 })));
    assert.ok(!isDone("jsonpath={.status.phase}", cluster("True", { observedGeneration: 1 })));
  });

  it("waits for a path to exist or to have a value", () => {
    assert.ok(isDone("jsonpath={.status.phase}", cluster("True")));
    assert.ok(isDone("jsonpath={.status.phase}=Healthy", cluster("True")));
    assert.ok(isDone("jsonpath={.status.instances}=3", cluster("True")));
    assert.ok(isDone('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', cluster("True")));
    assert.ok(isDone("jsonpath={$.status.conditions[0]}", cluster("True")));
    assert.ok(!isDone("jsonpath={.status.nosuch}", cluster("True")));
    assert.ok(!isDone("jsonpath={.status.phase}=Failed", cluster("True")));
  });

  it("waits for all of a JSON list", () => {
    assert.ok(isDone('["condition=Ready", "jsonpath={.status.phase}=Healthy"]', cluster("True")));
    assert.ok(!isDone('["condition=Ready", "jsonpath={.status.phase}=Failed"]', cluster("True")));
  });

  it("refuses what it cannot read, before anything is created", () => {
    for (const bad of [
      "Ready",
      "[]",
      "jsonpath=.status",
      "jsonpath={.status[*",
      "jsonpath={.a}=",
      "jsonpath={.a?}",
    ]) {
      assert.throws(() => parseWaitFor(bad), /waitFor|JSONPath/, bad);
    }
  });
});
