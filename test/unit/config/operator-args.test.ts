import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { operatorArgs } from "../../../config/operator-args.ts";
import { valueOf } from "../mocks.ts";
import { anyS3, parsed, secrets } from "./fixtures.ts";
import { versions } from "../../../components/versions.ts";

const values = { additionalEnv: [{ name: "TOKEN", value: "hunter2" }] };
const operator = { chart: "oci://registry.lan/cloudnative-pg", chartVersion: versions.operatorChart, values };

describe("operatorArgs", () => {
  it("are the config's, in the clear where nothing of it is encrypted", () => {
    assert.deepEqual(operatorArgs(parsed({ ...anyS3, operator })), {
      ...{ namespace: "cnpg-system", adopt: undefined, repository: undefined },
      ...operator,
    });
  });

  it("are secrets where a secret may stand, as soon as something of it is encrypted", async () => {
    const made = operatorArgs(parsed({ ...anyS3, operator }, [...secrets, "operator"]));
    const [given, chart] = [pulumi.output(made.values), pulumi.output(made.chart)];
    assert.deepEqual([await pulumi.isSecret(given), await pulumi.isSecret(chart)], [true, true]);
    assert.deepEqual([await valueOf(given), await valueOf(chart)], [values, operator.chart]);
    assert.deepEqual(
      [made.namespace, made.chartVersion, made.repository],
      ["cnpg-system", versions.operatorChart, undefined],
    );
  });
});
