import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { type FieldPath, written } from "../../../../components/crds/field-path.ts";
import { schemaProblems } from "../../../../components/crds/schema-problems.ts";
import { type Schema, schemas } from "../../../../components/crds/schema.ts";
import type { CrdKind } from "../../../../components/crds/types.ts";
import { type Json, specOf } from "./arbitrary-spec.ts";
import { typos } from "./typos.ts";

const kinds: CrdKind[] = ["Backup", "Cluster", "ObjectStore", "ScheduledBackup"];

/** A declared field that a spec has: its place, and the object that holds it. */
interface Field {
  path: FieldPath;
  holder: Record<string, Json>;
  siblings: string[];
}

function fieldsOf(schema: Schema, value: Json, path: FieldPath = []): Field[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => (schema.items ? fieldsOf(schema.items, item, [...path, i]) : []));
  }
  if (typeof value !== "object" || value === null) return [];
  const { properties = {}, additionalProperties } = schema;
  const siblings = Object.keys(properties);
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, name];
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (declared) return [{ path: at, holder: value, siblings }, ...fieldsOf(declared, inner, at)];
    return typeof additionalProperties === "object" ? fieldsOf(additionalProperties, inner, at) : [];
  });
}

/** A valid spec of any kind, the same with one field renamed by a typo, and what the two are about. */
const misspelled = fc.constantFrom(...kinds).chain((kind) =>
  specOf(kind).chain((spec) => {
    const fields = fieldsOf(schemas[kind], spec);
    if (fields.length === 0) return fc.constant(undefined);
    return fc.constantFrom(...fields).chain(({ path, holder, siblings }) => {
      const name = String(path.at(-1));
      return typos(name)
        .filter((typo) => !siblings.includes(typo) && !Object.hasOwn(holder, typo))
        .map((typo) => ({ kind, spec, path, name, typo }));
    });
  }),
);

/** A copy of a spec with the field at a path under another name. */
function renamed(value: Json, [next, ...rest]: FieldPath, typo: string): Json {
  if (Array.isArray(value)) return value.map((item, i) => (i === next ? renamed(item, rest, typo) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== next) return [key, inner];
      return rest.length === 0 ? [typo, inner] : [key, renamed(inner, rest, typo)];
    }),
  );
}

describe("a spec", () => {
  it("that is valid has no problems", () => {
    const valid = fc.constantFrom(...kinds).chain((kind) => specOf(kind).map((spec) => ({ kind, spec })));
    fc.assert(
      fc.property(valid, ({ kind, spec }) => {
        assert.deepEqual(schemaProblems(kind, spec), []);
      }),
    );
  });

  it("with one field misspelled has a problem that names the typo and what was meant", () => {
    fc.assert(
      fc.property(misspelled, (found) => {
        if (!found) return;
        const { kind, spec, path, typo } = found;
        const problems = schemaProblems(kind, renamed(spec, path, typo));
        const wrong = `${written([...path.slice(0, -1), typo])} is not a field of ${kind}: did you mean `;
        const [own = "", ...others] = problems.filter(
          (problem) => !problem.includes(" is missing, and required"),
        );
        assert.ok(own.startsWith(wrong), problems.join("\n"));
        assert.ok(own.slice(wrong.length, -1).split(" or ").includes(written(path)), own);
        assert.deepEqual(others, []);
      }),
      { numRuns: 500 },
    );
  });
});
