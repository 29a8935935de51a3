import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { mergeSpec } from "../../../../../components/postgres/plan/merge-spec.ts";

const base = {
  env: [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ],
  sizes: [1, 2],
  inner: { x: 1, y: 2 },
};

describe("mergeSpec", () => {
  it("merges lists of named entries by name, and appends what is new", () => {
    assert.deepEqual(
      mergeSpec(base, {
        env: [
          { name: "C", value: "3" },
          { name: "B", value: "4", more: true },
        ],
      }).env,
      [
        { name: "A", value: "1" },
        { name: "B", value: "4", more: true },
        { name: "C", value: "3" },
      ],
    );
    assert.deepEqual(mergeSpec(base, { env: [] }).env, base.env);
  });

  it("merges objects key by key, and replaces anything else, null included", () => {
    assert.deepEqual(mergeSpec(base, { sizes: [3], inner: { y: 3 }, env: null }), {
      env: null,
      sizes: [3],
      inner: { x: 1, y: 3 },
    });
    assert.deepEqual(mergeSpec(base, { env: ["A"] }).env, ["A"]);
  });

  it("takes no entry of ours away, whatever the user's list, and leaves ours as it was", () => {
    const entry = fc.record({ name: fc.constantFrom("A", "B", "C", "D"), value: fc.string() });
    const before = structuredClone(base);
    fc.assert(
      fc.property(fc.array(entry), (env) => {
        const merged = mergeSpec(base, { env }).env as { name: string }[];
        assert.deepEqual(
          new Set(merged.map(({ name }) => name)),
          new Set([...base.env, ...env].map(({ name }) => name)),
        );
        assert.deepEqual(base, before);
      }),
    );
  });
});
