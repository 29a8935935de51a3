import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { ownerLabelOf } from "../../../components/kubernetes/owner.ts";
import { requireKubernetes } from "../../../config/required-kubernetes.ts";
import { recordResources, recordedResources } from "../mocks.ts";
import { apiServer, kubeconfigFor, withPodMonitors } from "../components/kubernetes/api-server.ts";
import { afterTest, mockMethod } from "../../support/after-test.ts";

recordedResources();

const wishes = {
  namespaces: [
    { name: "sample", create: false },
    { name: "shop", create: false },
    { name: "new", create: true },
  ],
  operator: { enabled: true, values: {} },
  databases: [],
  barmanPlugin: { enabled: true },
};
const withSample = {
  "/api/v1/namespaces/sample": { status: 200, body: { kind: "Namespace", status: { phase: "Active" } } },
};

describe("requireKubernetes", () => {
  it("reports at once all that the cluster lacks, but for namespaces that are to be made", async () => {
    const { kubeconfig, close } = await apiServer(withSample);
    afterTest(close);
    await assert.rejects(requireKubernetes(wishes, { kubeconfig }), (error) => {
      assert.ok(pulumi.RunError.isInstance(error) && error instanceof Error);
      assert.match(error.message, /has 2 problems/);
      assert.match(error.message, /cnpg-rgw:namespaces\[1\] is "shop".*\n +kubectl create namespace shop\n/);
      assert.match(
        error.message,
        /no CRD podmonitors.*\n +pulumi config set --path 'cnpg-rgw:operator.values.monitoring.podMonitorEnabled' false$/,
      );
      return true;
    });
  });

  it("is content with a cluster that has it all", async () => {
    const { kubeconfig, close } = await apiServer({ ...withSample, ...withPodMonitors });
    afterTest(close);
    await requireKubernetes({ ...wishes, namespaces: wishes.namespaces.slice(0, 1) }, { kubeconfig });
  });

  it("says in a preview, once, what it could not ask, and leaves a stack without Kubernetes alone", async () => {
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    await requireKubernetes(none, away);
    await recordResources({ preview: true });
    afterTest(() => recordResources());
    const warn = mockMethod(pulumi.log, "warn", () => Promise.resolve());
    await requireKubernetes(wishes, away);
    await requireKubernetes({ ...none, databases: [{ name: "orders", namespace: "shop" }] }, away);
    await new Promise((resolve) => setImmediate(resolve));
    const said = warn.map(([message]) => message.slice(0, 60));
    assert.deepEqual(said.sort(), [
      "Could not check whether Kubernetes has the Barman Cloud plug",
      "Could not check whether a database of this stack runs that i",
      "Could not check whether these namespaces of cnpg-rgw:namespa",
    ]);
  });

  it("asks for no CRD of an operator that is left to others", async () => {
    const { kubeconfig, close } = await apiServer({});
    afterTest(close);
    await requireKubernetes(none, { kubeconfig });
  });

  const none = {
    namespaces: [],
    operator: { enabled: false, values: {} },
    databases: [],
    barmanPlugin: { enabled: false },
  };

  it("asks for the plugin that databases need where it is left to others", async () => {
    const [orders, old] = [
      { name: "orders", namespace: "shop" },
      { name: "old", namespace: "shop", backup: { method: "barmanObjectStore" as const } },
    ];
    const path = `/api/v1/services?labelSelector=${encodeURIComponent("cnpg.io/pluginName=barman-cloud.cloudnative-pg.io")}`;
    const withPlugins = async (...owners: string[]) => {
      const items = owners.map((owner) => ({ metadata: { labels: { "cnpg-rgw/component": owner } } }));
      const server = await apiServer({
        [path]: { status: 200, body: { items } },
        // It outlives every plugin, and says nothing.
        "/apis/barmancloud.cnpg.io/v1": { status: 200, body: { resources: [{ kind: "ObjectStore" }] } },
      });
      afterTest(server.close);
      return server;
    };
    const without = await withPlugins();
    await assert.rejects(
      requireKubernetes({ ...none, databases: [old, orders] }, without),
      /databases\[1\] backs up with the Barman Cloud plugin, .*no Service of it.*\n +pulumi config rm --path 'cnpg-rgw:barmanPlugin\.enabled'$/,
    );
    await requireKubernetes({ ...none, databases: [old] }, without);
    const own = await ownerLabelOf({
      urn: pulumi.createUrn("barman-cloud-plugin", "cnpg-rgw:cnpg:BarmanCloudPlugin"),
    });
    // This stack's own would go with the setting.
    await assert.rejects(
      requireKubernetes({ ...none, databases: [orders] }, await withPlugins(own)),
      /no Service of it/,
    );
    await requireKubernetes({ ...none, databases: [orders] }, await withPlugins("of another stack"));
  });
});
