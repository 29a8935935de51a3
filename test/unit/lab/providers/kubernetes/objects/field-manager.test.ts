import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  fieldManagerOf,
  isOwnedByCreate,
  takeOver,
} from "../../../../../../lab/providers/kubernetes/objects/field-manager.ts";

const created = {
  manager: "pulumi-kubernetes",
  operation: "Update",
  fieldsV1: { "f:spec": { "f:a": {} }, "f:data": {} },
};
const operator = {
  manager: "operator",
  operation: "Update",
  subresource: "status",
  fieldsV1: { "f:status": {} },
};

describe("field managers", () => {
  it("hand what a create owned to the one that applies, and leave others alone", () => {
    const ours = { manager: "m", operation: "Apply", fieldsV1: { "f:spec": { "f:b": {} } } };
    const entries = takeOver({ metadata: { managedFields: [created, operator, ours] } }, "m");
    assert.deepEqual(entries, [
      operator,
      { manager: "m", operation: "Apply", fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} }, "f:data": {} } },
    ]);
  });

  it("have nothing to hand over twice", () => {
    const live = { metadata: { managedFields: [operator] } };
    assert.equal(takeOver(live, "m"), undefined);
    assert.ok(!isOwnedByCreate(live));
  });

  it("hand over whatever kubectl set, under any of its names, but for a subresource", () => {
    const fence = { "f:metadata": { "f:annotations": { "f:cnpg.io/fencedInstances": {} } } };
    for (const manager of ["kubectl", "kubectl-annotate", "kubectl-edit", "kubectl-cnpg"]) {
      for (const operation of ["Apply", "Update"]) {
        const live = { metadata: { managedFields: [{ manager, operation, fieldsV1: fence }] } };
        assert.deepEqual(takeOver(live, "m"), [{ manager: "m", operation: "Apply", fieldsV1: fence }]);
        // A preview neither hands it over nor shows it.
        assert.ok(!isOwnedByCreate(live));
      }
      const ofStatus = { manager, operation: "Update", subresource: "status", fieldsV1: fence };
      assert.equal(takeOver({ metadata: { managedFields: [ofStatus] } }, "m"), undefined);
    }
    for (const manager of ["helm", "argocd-controller", "my-kubectl"]) {
      const theirs = { manager, operation: "Update", fieldsV1: fence };
      assert.equal(takeOver({ metadata: { managedFields: [theirs] } }, "m"), undefined, manager);
    }
  });

  it("are named by the annotation, then by the state", () => {
    const inputs = { metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    assert.equal(fieldManagerOf(inputs, { __fieldManager: "old" }), "mine");
    assert.equal(fieldManagerOf({}, { __fieldManager: "old" }), "old");
    assert.match(fieldManagerOf({}, {}), /^pulumi-kubernetes-[0-9a-f]{8}$/);
  });
});
