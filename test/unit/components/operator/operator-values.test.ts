import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { Ajv } from "ajv";
import fc from "fast-check";

import { operatorValues, wantsPodMonitor } from "../../../../components/operator/operator-values.ts";

const schemaFile = new URL("fixtures/cloudnative-pg-0.29.0.values.schema.json", import.meta.url);
const schema: unknown = JSON.parse(readFileSync(schemaFile, "utf8"));
const ajv = new Ajv({ strict: false });
assert.ok(typeof schema === "object" && schema !== null);
const fits = ajv.compile(schema);

describe("operatorValues", () => {
  it("fit the values schema of the real chart", () => {
    assert.ok(fits(operatorValues()), ajv.errorsText(fits.errors));
  });

  it("are really held against that schema: wrong ones fail", () => {
    assert.equal(fits(operatorValues({ crds: { create: "yes" } })), false);
    assert.equal(fits(operatorValues({ resources: "small" })), false);
    assert.equal(fits(operatorValues({ monitoring: { podMonitorEnabled: "true" } })), false);
  });

  it("use only keys that the chart knows", () => {
    const strict: unknown = JSON.parse(
      JSON.stringify(schema, (_key, value: unknown) =>
        typeof value === "object" && value !== null && "properties" in value
          ? { ...value, additionalProperties: false }
          : value,
      ),
    );
    assert.ok(typeof strict === "object" && strict !== null);
    const known = new Ajv({ strict: false }).compile(strict);
    assert.ok(known(operatorValues()), JSON.stringify(known.errors));
    assert.equal(known(operatorValues({ podMonitorEnabled: true })), false);
  });

  it("merge objects deeply, and let the user's value win", () => {
    const values = operatorValues({ monitoring: { podMonitorEnabled: false }, replicaCount: 2 });
    assert.deepEqual(values.monitoring, {
      podMonitorEnabled: false,
      grafanaDashboard: { create: true, labels: { grafana_dashboard: "1" } },
    });
    assert.equal(values.replicaCount, 2);
    assert.deepEqual(values.config, { clusterWide: true });
  });

  it("have a key of the name that JavaScript has for the prototype", () => {
    const overrides: unknown = JSON.parse('{"__proto__": {"a": 1}}');
    assert.ok(typeof overrides === "object" && overrides !== null);
    const values = operatorValues({ ...overrides });
    assert.deepEqual(Object.getOwnPropertyDescriptor(values, "__proto__")?.value, { a: 1 });
    assert.equal(Object.getPrototypeOf(values), Object.prototype);
  });

  it("hold every override, whatever it is, and change no default behind it", () => {
    const before = structuredClone(operatorValues());
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (overrides) => {
        const values = operatorValues(overrides);
        for (const [key, value] of Object.entries(overrides)) {
          const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
          if (!isObject || !Object.hasOwn(before, key)) assert.deepEqual(values[key], value);
        }
        assert.deepEqual(operatorValues(), before);
      }),
    );
  });
});

describe("wantsPodMonitor", () => {
  it("follows monitoring.podMonitorEnabled, and takes nothing else for it", () => {
    assert.equal(wantsPodMonitor(operatorValues()), true);
    assert.equal(wantsPodMonitor(operatorValues({ monitoring: { podMonitorEnabled: false } })), false);
    assert.equal(wantsPodMonitor(operatorValues({ monitoring: null })), false);
    assert.equal(wantsPodMonitor({}), false);
  });
});
