import assert from "node:assert/strict";
import { describe, it } from "mocha";
import fc from "fast-check";
import { generateText } from "../../../../../lab/providers/random/generate.ts";
import { randomPassword, randomString } from "../../../../../lab/providers/random/text.ts";
import { Secret } from "../../../../../lab/providers/sdk/values.ts";

const operation = { urn: "urn:pulumi:s::p::t::n", timeoutSeconds: 0, signal: new AbortController().signal };
const minimum = fc.integer({ min: 0, max: 5 });

describe("generateText", () => {
  it("has the length and at least the asked-for characters of each class", () => {
    fc.assert(
      fc.property(
        minimum,
        minimum,
        minimum,
        minimum,
        fc.nat(20),
        (minLower, minUpper, minNumeric, minSpecial, more) => {
          const length = minLower + minUpper + minNumeric + minSpecial + more + 1;
          const classes = { lower: true, upper: true, numeric: true, special: true, overrideSpecial: "!" };
          const text = generateText({ length, ...classes, minLower, minUpper, minNumeric, minSpecial });
          assert.equal(text.length, length);
          assert.ok((text.match(/[a-z]/g)?.length ?? 0) >= minLower);
          assert.ok((text.match(/[A-Z]/g)?.length ?? 0) >= minUpper);
          assert.ok((text.match(/[0-9]/g)?.length ?? 0) >= minNumeric);
          assert.ok((text.match(/!/g)?.length ?? 0) >= minSpecial);
        },
      ),
    );
  });
});

describe("random provider", () => {
  it("uses only the classes that are on", async () => {
    const inputs = { length: 200, special: false, upper: false };
    const { outputs } = await randomString.create({ ...operation, inputs, preview: false });
    assert.match(String(outputs.result), /^[a-z0-9]{200}$/);
  });

  it("keeps a password secret and out of its id", async () => {
    const { id, outputs } = await randomPassword.create({
      ...operation,
      inputs: { length: 12 },
      preview: false,
    });
    assert.equal(id, "none");
    assert.ok(outputs.result instanceof Secret);
  });

  it("replaces on any change, keepers included, and sees no change in a default spelled out", async () => {
    const diff = async (olds: object, news: object) => {
      const sides = { olds: { length: 8, ...olds }, news: { length: 8, ...news } };
      return (await randomPassword.diff({ id: "none", urn: operation.urn, state: {}, ...sides })).changes;
    };
    assert.deepEqual(await diff({ keepers: { a: "1" } }, { keepers: { a: "2" } }), {
      "keepers.a": "update-replace",
    });
    assert.deepEqual(await diff({}, { length: 9 }), { length: "update-replace" });
    assert.deepEqual(await diff({}, { special: true, minLower: 0 }), {});
  });

  it("refuses minima longer than the text, no class at all, and unknown inputs", async () => {
    const check = async (news: object) => {
      const result = await randomPassword.check({ urn: operation.urn, olds: {}, news: { ...news } });
      return result.failures?.map((failure) => failure.property);
    };
    assert.deepEqual(await check({ length: 3, minLower: 4 }), ["length"]);
    assert.deepEqual(await check({ length: 0 }), ["length"]);
    assert.deepEqual(await check({ length: 3, lower: false, upper: false, numeric: false, special: false }), [
      "lower",
    ]);
    assert.deepEqual(await check({ length: 3, lenght: 4 }), ["lenght"]);
    assert.deepEqual(await check({ length: 3 }), []);
  });
});
