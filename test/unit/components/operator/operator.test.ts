import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { operatorValues } from "../../../../components/operator/operator-values.ts";
import { CnpgOperator, type CnpgOperatorArgs, valuesFor } from "../../../../components/operator/operator.ts";
import { type Declared, family, find, valueOf, recordedResources } from "../../mocks.ts";
import { apiServer, kubeconfigFor, withPodMonitors } from "../kubernetes/api-server.ts";
import { versions } from "../../../../components/versions.ts";
import { afterTest } from "../../../support/after-test.ts";

const unasked = { preflight: { enabled: false } };

const declared = recordedResources();

async function release(name: string, args: CnpgOperatorArgs): Promise<Declared> {
  await valueOf(new CnpgOperator(name, args).namespace);
  return find(declared, `${name}-release`);
}

describe("CnpgOperator", () => {
  it("is a namespace and a release of the pinned chart, rolled back as a whole if it fails", async () => {
    const { inputs } = await release("plain", unasked);
    assert.deepEqual(family(declared, "plain"), [
      "cnpg-rgw:cnpg:CnpgOperator plain",
      "kubernetes:core/v1:Namespace plain-namespace",
      "kubernetes:helm.sh/v3:Release plain-release",
    ]);
    assert.deepEqual(find(declared, "plain-namespace").inputs.metadata, { name: "cnpg-system" });
    assert.deepEqual(inputs, {
      compat: "true",
      name: "cnpg",
      namespace: "cnpg-system",
      chart: "cloudnative-pg",
      version: versions.operatorChart,
      repositoryOpts: { repo: "https://cloudnative-pg.github.io/charts" },
      atomic: true,
      timeout: 300,
      values: operatorValues(),
    });
  });

  it("takes name, version, repository and values of a mirror", async () => {
    const { inputs } = await release("mirror", {
      ...unasked,
      namespace: "databases",
      chartVersion: "0.99.1",
      repository: "https://charts.lan",
      values: { image: { repository: "registry.lan/cloudnative-pg" } },
    });
    assert.equal(inputs.namespace, "databases");
    assert.equal(inputs.version, "0.99.1");
    assert.deepEqual(inputs.repositoryOpts, { repo: "https://charts.lan" });
    assert.deepEqual(inputs.values, operatorValues({ image: { repository: "registry.lan/cloudnative-pg" } }));
  });

  it("keeps values secret of which a part is", async () => {
    const values = { additionalEnv: [{ name: "TOKEN", value: "hunter2" }] };
    const hidden = await release("hidden", { ...unasked, values: pulumi.secret(values) });
    const nested = [{ name: "TOKEN", value: pulumi.secret("hunter2") }];
    const partly = await release("partly", { ...unasked, values: { additionalEnv: nested } });
    for (const { inputs, secrets } of [hidden, partly]) {
      assert.deepEqual(secrets, ["values"]);
      assert.deepEqual(inputs.values, operatorValues(values));
    }
  });

  it("takes the name of a release that it is to adopt", async () => {
    const { inputs } = await release("adopted", {
      ...unasked,
      namespace: "pg",
      adopt: { release: "cloudnative-pg" },
    });
    assert.deepEqual([inputs.namespace, inputs.name], ["pg", "cloudnative-pg"]);
  });

  it("looks for a chart with a place of its own just there", async () => {
    const oci = await release("oci", { ...unasked, chart: "oci://registry.lan/charts/cloudnative-pg" });
    assert.equal(oci.inputs.repositoryOpts, undefined);
    assert.equal(oci.inputs.version, versions.operatorChart);
    const digest = `sha256:${"0".repeat(64)}`;
    const pinned = await release("pinned", {
      ...unasked,
      chart: `oci://registry.lan/charts/cloudnative-pg@${digest}`,
      values: { image: { tag: `1.30.0@${digest}` } },
    });
    assert.equal(pinned.inputs.chart, `oci://registry.lan/charts/cloudnative-pg@${digest}`);
    const folder = await release("folder", { ...unasked, chart: "./charts/cloudnative-pg" });
    assert.equal(folder.inputs.repositoryOpts, undefined);
    assert.equal(folder.inputs.version, undefined);
  });

  it("refuses bad arguments", () => {
    const bad: [argument: RegExp, args: CnpgOperatorArgs][] = [
      [/^namespace must be/, { namespace: "CNPG" }],
      [/^adopt\.release must be/, { adopt: { release: "CNPG" } }],
      [/^chart must be/, { chart: "" }],
      [/^chart must have a digest/, { chart: "oci://registry.lan/cloudnative-pg@sha256:12" }],
      [/^chartVersion must be the exact version/, { chartVersion: ">=0.29" }],
      [/^repository must be/, { repository: "oci://registry.lan" }],
      [
        /^values\.crds\.create must be true or false, not "yes"; values\.podMonitor is not a value of chart/,
        { values: { crds: { create: "yes" }, podMonitor: true, replicaCount: pulumi.output("2") } },
      ],
    ];
    for (const [message, args] of bad) {
      assert.throws(
        () => new CnpgOperator("bad", { ...unasked, ...args }),
        (error) => pulumi.ResourceError.isInstance(error) && message.test(error.message),
      );
    }
  });
});

describe("CnpgOperator's question to the cluster", () => {
  it("lets the release go where the PodMonitor CRD is served", async () => {
    const { kubeconfig, close } = await apiServer(withPodMonitors);
    afterTest(close);
    await valueOf(new CnpgOperator("served", { preflight: { kubeconfig } }).namespace);
    find(declared, "served-release");
  });

  it("lets it go where no PodMonitor is wanted", async () => {
    const { kubeconfig, close } = await apiServer({});
    afterTest(close);
    const values = { monitoring: { podMonitorEnabled: false } };
    await valueOf(new CnpgOperator("unwanted", { values, preflight: { kubeconfig } }).namespace);
    find(declared, "unwanted-release");
  });

  it("is not put where the component has a provider of its own", async () => {
    const provider = new kubernetes.Provider("their-own", { kubeconfig: "{}" });
    await valueOf(new CnpgOperator("elsewhere", {}, { providers: [provider] }).namespace);
    find(declared, "elsewhere-release");
  });

  it("ends with what to do where the CRD is missing, and lets the provider speak where nobody answers", async () => {
    const { kubeconfig, close } = await apiServer({});
    afterTest(close);
    await assert.rejects(
      valuesFor({ kubeconfig }, undefined),
      (error) =>
        pulumi.ResourceError.isInstance(error) &&
        error.hideStack === true &&
        /no CRD podmonitors.monitoring.coreos.com.*podMonitorEnabled: false/.test(error.message),
    );
    assert.deepEqual(
      await valuesFor({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }, {}),
      operatorValues(),
    );
    assert.deepEqual(await valuesFor(undefined, {}), operatorValues());
  });
});
