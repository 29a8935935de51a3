import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { schemaProblems } from "../../../../components/crds/schema-problems.ts";
import { schemas } from "../../../../components/crds/schema.ts";
import { droppedFields } from "../../../../components/crds/served-schema.ts";
import { servedSchema } from "../../../../components/kubernetes/served-schema.ts";
import { apiServer, kubeconfigFor } from "./api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const path = "/openapi/v3/apis/postgresql.cnpg.io/v1";
const { properties: bundled = {}, ...rest } = schemas.Cluster;

/** The cluster's own: one field more than the package's, one less, and another limit. */
const spec = {
  ...rest,
  properties: {
    ...Object.fromEntries(Object.entries(bundled).filter(([field]) => field !== "enablePDB")),
    newField: { type: "object", properties: { inner: { type: "string" } } },
    instances: { ...bundled.instances, minimum: 0 },
    anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};
const answer = {
  components: {
    schemas: {
      "io.cnpg.postgresql.v1.Backup": {
        properties: { spec: { type: "object" } },
        "x-kubernetes-group-version-kind": [{ group: "postgresql.cnpg.io", kind: "Backup", version: "v1" }],
      },
      "io.cnpg.postgresql.v1.Cluster": {
        properties: { spec },
        "x-kubernetes-group-version-kind": [{ group: "postgresql.cnpg.io", kind: "Cluster", version: "v1" }],
      },
      "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": { type: "object" },
    },
  },
};
const storage = { size: "1Gi" };

describe("the cluster's own CRD", () => {
  it("has the last word: on fields it has, and on limits that are others", async () => {
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: answer } });
    afterTest(close);
    const served = await servedSchema({ kubeconfig }, "Cluster");
    assert.ok(served);
    const given = { storage, newField: { inner: "x" }, instances: 0, anything: { at: { all: 1 } } };
    assert.equal(schemaProblems("Cluster", given).length, 3);
    assert.deepEqual(schemaProblems("Cluster", given, { served }), []);
    const wrong = { storage: {}, instances: "1", imagename: "x", affinity: { podAntiAffinityTyp: "x" } };
    assert.deepEqual(schemaProblems("Cluster", wrong, { served }), schemaProblems("Cluster", wrong));
  });

  it("tells what its API server would drop", async () => {
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: answer } });
    afterTest(close);
    const served = (await servedSchema({ kubeconfig }, "Cluster")) ?? {};
    const given = {
      storage,
      enablePDB: true,
      anything: { at: { all: 1 } },
      externalClusters: [{ name: "a", plugin: { name: "p", parameters: { any: "x" }, old: 1 } }],
      backup: undefined,
    };
    assert.deepEqual(droppedFields(served, given), ["spec.enablePDB", "spec.externalClusters[0].plugin.old"]);
    // All that the package knows, a cluster of its version has.
    assert.deepEqual(droppedFields({ ...schemas.Cluster }, { ...given, externalClusters: [] }), [
      "spec.anything",
    ]);
  });

  it("is asked once, and passed over where the cluster has none, refuses, or is away", async () => {
    let asked = 0;
    const counted = () => {
      asked += 1;
      return { status: 200, body: answer };
    };
    const server = await apiServer({ [path]: counted });
    const refusing = await apiServer({ [path]: { status: 403, body: {} } });
    const empty = await apiServer({});
    for (const { close } of [server, refusing, empty]) afterTest(close);
    await Promise.all(
      Array.from({ length: 100 }, () => servedSchema({ kubeconfig: server.kubeconfig }, "Cluster")),
    );
    assert.equal(asked, 1);
    for (const kubeconfig of [refusing.kubeconfig, empty.kubeconfig, kubeconfigFor("http://127.0.0.1:1")]) {
      assert.equal(await servedSchema({ kubeconfig }, "Cluster"), undefined);
    }
  });
});
