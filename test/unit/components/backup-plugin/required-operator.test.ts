import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { BarmanCloudPlugin } from "../../../../components/backup-plugin/plugin.ts";
import { whereOperatorIs } from "../../../../components/backup-plugin/required-operator.ts";
import { family, valueOf, recordedResources } from "../../mocks.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const declared = recordedResources();

const operator = {
  "/api/v1/namespaces/cnpg-system/services/cnpg-webhook-service": {
    status: 200,
    body: { kind: "Service", metadata: { name: "cnpg-webhook-service" } },
  },
};
const certManager = {
  "/apis/cert-manager.io/v1": {
    status: 200,
    body: {
      kind: "APIResourceList",
      groupVersion: "cert-manager.io/v1",
      resources: [
        { name: "certificates", singularName: "", namespaced: true, kind: "Certificate", verbs: ["get"] },
      ],
    },
  },
};

const isRefusal = (message: RegExp) => (error: unknown) =>
  pulumi.ResourceError.isInstance(error) && error.hideStack === true && message.test(error.message);

describe("whereOperatorIs", () => {
  it("is the namespace with the operator in it", async () => {
    const { kubeconfig, close } = await apiServer({ ...operator, ...certManager });
    afterTest(close);
    for (const needsCertManager of [false, true]) {
      const needs = { certManager: needsCertManager };
      assert.equal(await whereOperatorIs({ kubeconfig }, "cnpg-system", needs), "cnpg-system");
    }
  });

  it("refuses a namespace without the operator, which would pass over the plugin in silence", async () => {
    const { kubeconfig, close } = await apiServer(operator);
    afterTest(close);
    await assert.rejects(
      whereOperatorIs({ kubeconfig }, "databases", { certManager: false }),
      isRefusal(/no CloudNativePG operator in namespace databases .*set 'namespace' to the operator's/),
    );
  });

  it("refuses cert-manager where there is none", async () => {
    const { kubeconfig, close } = await apiServer(operator);
    afterTest(close);
    await assert.rejects(
      whereOperatorIs({ kubeconfig }, "cnpg-system", { certManager: true }),
      isRefusal(/no CRD certificates.cert-manager.io.*Install cert-manager first/),
    );
  });

  it("lets the provider speak where nobody answers, or nobody is to be asked", async () => {
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    assert.equal(await whereOperatorIs(away, "databases", { certManager: true }), "databases");
    assert.equal(await whereOperatorIs(undefined, "databases", { certManager: true }), "databases");
  });
});

describe("BarmanCloudPlugin's question to the cluster", () => {
  it("comes before the plugin", async () => {
    const { kubeconfig, close } = await apiServer(operator);
    afterTest(close);
    await valueOf(new BarmanCloudPlugin("asked", { preflight: { kubeconfig } }).namespace);
    assert.ok(family(declared, "asked").includes("kubernetes:apps/v1:Deployment asked-deployment"));
  });
});
