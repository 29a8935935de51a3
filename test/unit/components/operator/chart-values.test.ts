import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { z } from "zod";

import {
  chartValueNames,
  chartValueProblems,
  chartValueTrouble,
  chartValues,
} from "../../../../components/operator/chart-values.ts";
import { operatorValues } from "../../../../components/operator/operator-values.ts";
import { versions } from "../../../../components/versions.ts";

const schemaFile = new URL("fixtures/cloudnative-pg-0.29.0.values.schema.json", import.meta.url);
const node = z.looseObject({ type: z.string(), properties: z.record(z.string(), z.unknown()).optional() });

/** The schema of the official chart in the form of our table. */
function kindsOf(schema: unknown): Record<string, unknown> {
  const properties = Object.entries(node.parse(schema).properties ?? {});
  return Object.fromEntries(
    properties.map(([name, inner]) => {
      const { type, properties } = node.parse(inner);
      return [name, properties === undefined ? type : kindsOf(inner)];
    }),
  );
}

const said = (values: Record<string, unknown>, source: object = {}): string[] =>
  chartValueProblems({ ...source, values }).map(({ path, mustBe, value }) =>
    [path.join("."), mustBe ?? "unknown", value].join(": "),
  );

describe("chartValues", () => {
  it("are those of the official chart's schema, and one more that its templates use", () => {
    const official = kindsOf(JSON.parse(readFileSync(schemaFile, "utf8")));
    assert.deepEqual(official.rbac, { aggregateClusterRoles: "boolean", create: "boolean" });
    assert.deepEqual(chartValues, { ...official, rbac: { ...official.rbac, annotations: "object" } });
  });

  it("can be asked for by place", () => {
    assert.deepEqual(chartValueNames(["crds"]), ["create"]);
    assert.ok(chartValueNames([]).includes("monitoring"));
    for (const path of [["image", "tag"], ["nosuch"], ["constructor"]])
      assert.deepEqual(chartValueNames(path), []);
  });
});

describe("chartValueProblems", () => {
  it("finds nothing wrong with our own values", () => {
    assert.deepEqual(said(operatorValues()), []);
  });

  it("names every value of a wrong type, and what it must be", () => {
    assert.deepEqual(
      said({
        crds: { create: "yes" },
        replicaCount: 1.5,
        resources: [],
        image: "ghcr.io/cloudnative-pg",
        tolerations: {},
        webhook: { mutating: { failurePolicy: 5 } },
      }),
      [
        'crds.create: true or false: "yes"',
        "replicaCount: a whole number: 1.5",
        "resources: an object: a list",
        'image: an object: "ghcr.io/cloudnative-pg"',
        "tolerations: a list: an object",
        "webhook.mutating.failurePolicy: text: 5",
      ],
    );
  });

  it("names values that the chart would pass over, but none in what it copies as it is", () => {
    assert.deepEqual(said({ podMonitorEnabled: true, rbac: { annotations: {} } }), [
      "podMonitorEnabled: unknown: true",
    ]);
    assert.deepEqual(
      said({ podSecurityContext: { fsGroup: 1 }, resources: { limits: { memory: "1Gi" } } }),
      [],
    );
  });

  it("lets null take a default back, and is silent about charts and versions that it does not know", () => {
    assert.deepEqual(said({ resources: null, crds: { create: null } }), []);
    assert.deepEqual(said({ crds: 5 }, { chartVersion: "0.30.0" }), []);
    for (const chart of ["./charts/mine", "oci://registry.lan/mine", "oci://cloudnative-pg/charts/pg"])
      assert.deepEqual(said({ crds: 5 }, { chart }), []);
    const digest = `@sha256:${"0".repeat(64)}`;
    assert.equal(said({ crds: 5 }, { chart: `oci://registry.lan/cloudnative-pg${digest}` }).length, 1);
    assert.equal(
      said({ crds: 5 }, { chart: "oci://registry.lan/cloudnative-pg", chartVersion: versions.operatorChart })
        .length,
      1,
    );
  });
});

describe("chartValueTrouble", () => {
  const values = { crds: { create: "hunter2" }, podMonitor: "hunter2" };

  it("is nothing, or all in one line", () => {
    assert.equal(chartValueTrouble({ values: operatorValues() }, false), undefined);
    assert.equal(
      chartValueTrouble({ values }, false),
      'values.crds.create must be true or false, not "hunter2"; values.podMonitor is not a value of chart ' +
        `cloudnative-pg ${versions.operatorChart}`,
    );
  });

  it("shows nothing of secret values", () => {
    assert.match(
      chartValueTrouble({ values }, true) ?? "",
      /^values\.crds\.create must be true or false, not what was given;/,
    );
    assert.doesNotMatch(chartValueTrouble({ values }, true) ?? "", /hunter2/);
  });
});
