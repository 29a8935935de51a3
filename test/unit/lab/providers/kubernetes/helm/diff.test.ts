import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { diffRelease, mergeValues } from "../../../../../../lab/providers/kubernetes/helm/diff.ts";
import { UNKNOWN, type Props } from "../../../../../../lab/providers/sdk/provider.ts";

const inputs: Props = {
  chart: "c",
  name: "r",
  namespace: "n",
  version: "1.0.0",
  values: { a: 1, nested: { b: 2 } },
};
const state: Props = { ...inputs, resourceNames: {}, status: { revision: 1 }, __inputs: inputs };

describe("the diff of a release", () => {
  it("is empty for the same inputs", () => {
    assert.deepEqual(diffRelease(state, inputs, inputs).changes, {});
  });

  it("replaces for name and namespace only", () => {
    const news = { ...inputs, name: "s", namespace: "m", chart: "d", version: "2.0.0" };
    assert.deepEqual(diffRelease(state, inputs, news).changes, {
      chart: "update",
      name: "update-replace",
      namespace: "update-replace",
      version: "update",
    });
  });

  it("sees changed, added, removed and unknown values", () => {
    const news = { ...inputs, values: { nested: { b: UNKNOWN, c: null } } };
    assert.deepEqual(diffRelease(state, inputs, news).changes, {
      "values.a": "delete",
      "values.nested.b": "update",
      "values.nested.c": "add",
    });
  });

  it("sees a release that was changed beside Pulumi", () => {
    const drifted = { ...state, values: { a: 9, nested: { b: 2 } }, version: "1.1.0" };
    assert.deepEqual(diffRelease(drifted, inputs, inputs).changes, {
      version: "update",
      "values.a": "update",
    });
  });
});

describe("merging values", () => {
  it("goes object by object, and the second wins", () => {
    assert.deepEqual(mergeValues({ a: { x: 1, y: 1 }, b: [1] }, { a: { y: 2 }, b: [2, 3] }), {
      a: { x: 1, y: 2 },
      b: [2, 3],
    });
  });
});
