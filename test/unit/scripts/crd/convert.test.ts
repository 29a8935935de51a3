import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { compact, crdSchema, jsonSchema } from "../../../../scripts/crd/convert.ts";
import type { JsonSchema } from "../../../../scripts/crd/convert.ts";

const converted = (crd: unknown): JsonSchema => jsonSchema(crdSchema.parse(crd));

describe("the conversion of a CRD's schema", () => {
  it("closes an object, since the API server drops what is not declared", () => {
    assert.deepEqual(converted({ type: "object", properties: { a: { type: "string" } } }), {
      type: "object",
      properties: { a: { type: "string" } },
      additionalProperties: false,
    });
  });

  it("leaves an object open where unknown fields are preserved", () => {
    const open = converted({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
    assert.deepEqual(open, { type: "object", additionalProperties: true });
  });

  it("keeps maps, and closes the objects in them", () => {
    const map = converted({ type: "object", additionalProperties: { type: "object" } });
    assert.deepEqual(map.additionalProperties, { type: "object", additionalProperties: false });
  });

  it("gives an embedded resource what every resource has", () => {
    const { properties = {} } = converted({
      type: "object",
      "x-kubernetes-embedded-resource": true,
      properties: { spec: { type: "object" } },
    });
    assert.deepEqual(Object.keys(properties), ["apiVersion", "kind", "metadata", "spec"]);
    assert.equal(properties.metadata?.additionalProperties, true);
  });

  it("takes a number or a text for int-or-string, with its pattern", () => {
    const quantity = { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] };
    assert.deepEqual(converted({ ...quantity, pattern: "^1" }), {
      description: '@pattern "^1"',
      type: ["integer", "string"],
      pattern: "^1",
    });
  });

  it("takes null where a field is nullable", () => {
    assert.deepEqual(converted({ type: "string", nullable: true, enum: ["a"] }), {
      type: ["string", "null"],
      enum: ["a", null],
    });
  });

  it("requires no field that has a default", () => {
    const properties = { a: { type: "string", default: "x" }, b: { type: "string" } };
    assert.deepEqual(converted({ type: "object", required: ["a", "b"], properties }).required, ["b"]);
  });

  it("takes a set for what it is", () => {
    const set = converted({ type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" });
    assert.equal(set.uniqueItems, true);
  });

  it("keeps formats and limits", () => {
    const limits = { format: "int64", minimum: 1, maximum: 9 };
    const { description, ...rest } = converted({ type: "integer", ...limits });
    assert.deepEqual(rest, { type: "integer", ...limits });
    assert.equal(description, "@minimum 1\n@maximum 9");
  });

  it("keeps the CRD's rules, but not those about a change", () => {
    const rules = [
      { rule: "has(self.a)", message: "a is needed", reason: "FieldValueRequired" },
      { rule: "self == oldSelf", message: "is immutable" },
    ];
    const { "x-kubernetes-validations": kept } = converted({
      type: "object",
      "x-kubernetes-validations": rules,
    });
    assert.deepEqual(kept, [{ rule: "has(self.a)", message: "a is needed" }]);
  });

  it("refuses a keyword that the check would not heed", () => {
    assert.throws(() => crdSchema.parse({ type: "string", oneOf: [] }), /oneOf/);
    assert.throws(
      () => crdSchema.parse({ type: "object", properties: { a: { multipleOf: 2 } } }),
      /multipleOf/,
    );
  });

  it("drops the prose from the schema for the check, at every depth", () => {
    const text = { type: "string", description: "x" };
    const crd = {
      type: "object",
      description: "x",
      properties: {
        description: text,
        list: { type: "array", items: text },
        map: { type: "object", additionalProperties: text },
      },
    };
    assert.deepEqual(compact(converted(crd)), {
      type: "object",
      properties: {
        description: { type: "string" },
        list: { type: "array", items: { type: "string" } },
        map: { type: "object", additionalProperties: { type: "string" } },
      },
      additionalProperties: false,
    });
  });
});
