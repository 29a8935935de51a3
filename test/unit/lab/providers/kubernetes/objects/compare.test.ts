import fc from "fast-check";
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  compare,
  formatPath,
  prune,
  touches,
} from "../../../../../../lab/providers/kubernetes/objects/compare.ts";
import { isObject } from "../../../../../../lab/providers/sdk/provider.ts";

const plain = { forceNew: [], builtIn: false, nullIsValue: true };
const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));

describe("comparing objects", () => {
  it("finds no change between an object and itself", () => {
    fc.assert(
      fc.property(json, (value) => Object.keys(compare(value, structuredClone(value), plain)).length === 0),
    );
  });

  it("finds the same places from both sides", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const [forth, back] = [Object.keys(compare(a, b, plain)), Object.keys(compare(b, a, plain))];
        assert.deepEqual(forth.sort(), back.sort());
      }),
    );
  });

  it("writes paths as Pulumi does", () => {
    assert.equal(formatPath(["spec", "containers", 0, "image"]), "spec.containers[0].image");
    assert.equal(formatPath(["metadata", "annotations", "a.b/c"]), 'metadata.annotations["a.b/c"]');
  });

  it("knows when a change touches a field: at it, below it, or above with the field inside", () => {
    const field = ["spec", "containers", "*", "image"];
    assert.ok(touches(field, ["spec", "containers", 0, "image"], "i"));
    assert.ok(touches(field, ["spec", "containers", 1], { image: "i" }));
    assert.ok(!touches(field, ["spec", "containers", 1], { name: "n" }));
    assert.ok(touches(["data"], ["data", "a"], 1));
    assert.ok(!touches(["data"], ["metadata"], {}));
  });

  it("keeps a null in Helm values as a value", () => {
    assert.deepEqual(compare({}, { a: null }, plain), { a: "add" });
    assert.deepEqual(compare({}, { a: null }, { ...plain, nullIsValue: false }), {});
  });
});

describe("pruning", () => {
  it("keeps just the places that the shape names", () => {
    const live = { spec: { a: 1, b: 2, list: [{ x: 1, y: 2 }, { x: 3 }] }, status: {} };
    assert.deepEqual(prune(live, { spec: { a: 0, list: [{ x: 0 }] } }), { spec: { a: 1, list: [{ x: 1 }] } });
  });

  it("never adds a key", () => {
    fc.assert(
      fc.property(json, json, (source, shape) => {
        const pruned = prune(source, shape);
        assert.ok(isObject(pruned));
        for (const key of Object.keys(pruned))
          assert.ok(Object.hasOwn(source, key) && Object.hasOwn(shape, key));
      }),
    );
  });
});
