import assert from "node:assert/strict";
import { describe, it } from "mocha";
import fc from "fast-check";
import { diffInputs } from "../../../../../lab/providers/sdk/diff.ts";
import { UNKNOWN } from "../../../../../lab/providers/sdk/values.ts";

describe("diffInputs", () => {
  it("finds nothing between equal inputs", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        assert.deepEqual(diffInputs(inputs, structuredClone(inputs)).changes, {});
      }),
    );
  });

  it("names each change by its path", () => {
    const olds = { a: 1, tags: { team: "x", "a.b": "1" }, list: ["a", "b"], gone: true };
    const news = { a: 2, tags: { team: "x", "a.b": "2" }, list: ["a", "c", "d"], fresh: null, added: {} };
    assert.deepEqual(diffInputs(olds, news).changes, {
      a: "update",
      'tags["a.b"]': "update",
      "list[1]": "update",
      "list[2]": "add",
      gone: "delete",
      added: "add",
    });
  });

  it("takes a value that is not known yet for a change", () => {
    assert.deepEqual(diffInputs({ a: UNKNOWN }, { a: UNKNOWN }).changes, { a: "update" });
  });

  it("replaces where it is told to, deep changes included", () => {
    assert.deepEqual(diffInputs({ t: ["1"], c: 1 }, { t: ["2"], c: 2 }, { replaceOn: ["t"] }).changes, {
      "t[0]": "update-replace",
      c: "update",
    });
  });

  it("passes over the notes of the official plugins", () => {
    assert.deepEqual(diffInputs({ __defaults: ["a"], a: { __defaults: [] } }, { a: {} }).changes, {});
  });
});
