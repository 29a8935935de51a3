import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { z } from "zod";
import { checkInputs } from "../../../../../lab/providers/sdk/check.ts";
import { UNKNOWN } from "../../../../../lab/providers/sdk/values.ts";

const Schema = z.strictObject({
  name: z.string(),
  size: z.int().min(1).optional(),
  connection: z.strictObject({ host: z.string(), ports: z.array(z.int()).optional() }).optional(),
});
const properties = (inputs: Record<string, unknown>) =>
  checkInputs("t:index:T", Schema, inputs).map((failure) => failure.property);

describe("checkInputs", () => {
  it("accepts what the schema accepts", () => {
    assert.deepEqual(properties({ name: "a", connection: { host: "h", ports: [1] } }), []);
  });

  it("names what it does not know, nested or not", () => {
    const failures = checkInputs("t:index:T", Schema, {
      name: "a",
      nme: 1,
      connection: { host: "h", hst: 1 },
    });
    assert.deepEqual(
      failures.map((failure) => failure.property),
      ["connection.hst", "nme"],
    );
    assert.match(failures[0]?.reason ?? "", /does not know this property of t:index:T.*official plugin/);
  });

  it("lets unknown values pass, and only them", () => {
    assert.deepEqual(properties({ name: UNKNOWN, connection: UNKNOWN }), []);
    assert.deepEqual(properties({ name: "a", connection: { host: UNKNOWN, ports: [UNKNOWN] } }), []);
    assert.deepEqual(properties({ name: UNKNOWN, size: 0, connection: { ports: UNKNOWN } }), [
      "size",
      "connection.host",
    ]);
  });

  it("passes over the notes of the official plugins", () => {
    assert.deepEqual(
      properties({ __defaults: [], name: "a", connection: { __defaults: [], host: "h" } }),
      [],
    );
  });
});
