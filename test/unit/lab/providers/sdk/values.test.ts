import assert from "node:assert/strict";
import { describe, it } from "mocha";
import fc from "fast-check";
import {
  containsSecret,
  containsUnknown,
  fromStruct,
  markSecretsLike,
  secret,
  Secret,
  toStruct,
  UNKNOWN,
  unwrap,
  type Props,
} from "../../../../../lab/providers/sdk/values.ts";

// Names that mean something to the wire format or to JavaScript itself are not property names of Pulumi.
const key = fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== "__proto__");
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.constant(UNKNOWN),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    tie("value").map(secret),
  ),
}));
const props = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Props>;

describe("property values", () => {
  it("come back from the wire as they were sent", () => {
    fc.assert(
      fc.property(props, (sent) => {
        assert.deepEqual(fromStruct(toStruct(sent)), sent);
      }),
    );
  });

  it("lose nothing but the secret marks when unwrapped", () => {
    fc.assert(
      fc.property(props, (sent) => {
        assert.equal(containsSecret(unwrap(sent)), false);
        assert.equal(containsUnknown(unwrap(sent)), containsUnknown(sent));
      }),
    );
  });

  it("get their marks back from inputs of the same name", () => {
    fc.assert(
      fc.property(props, (sent) => {
        const marked = markSecretsLike(unwrap(sent), sent);
        for (const name of Object.keys(sent)) {
          assert.equal(containsSecret(marked[name]), containsSecret(sent[name]), name);
        }
      }),
    );
  });

  it("leave out what is undefined", () => {
    assert.deepEqual(fromStruct(toStruct({ a: undefined, b: { c: undefined } })), { b: {} });
  });

  it("refuse what Pulumi cannot store, and say where it is", () => {
    assert.throws(() => toStruct({ a: { b: [1, () => 1] } }), /property a\.b\[1\] has a function/);
  });
});

describe("markSecretsLike", () => {
  it("marks nested fields one by one, and a list as a whole", () => {
    const source = { connection: { host: "h", key: secret("k") }, list: ["a", secret("b")], plain: 1 };
    assert.deepEqual(
      markSecretsLike({ connection: { host: "h", key: "k" }, list: ["b", "a"], plain: 1 }, source),
      {
        connection: { host: "h", key: new Secret("k") },
        list: new Secret(["b", "a"]),
        plain: 1,
      },
    );
  });
});
