import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isOfOthers } from "../../../../../components/cnpg/plugin/existing-plugin.ts";
import { apiServer, kubeconfigFor } from "../api-server.ts";

describe("a plugin that is there already", () => {
  it("is of others, unless Pulumi has a hand in it", async (t) => {
    const path = "/api/v1/namespaces/cnpg-system/services/barman-cloud";
    const isOthers = async (...managers: string[]): Promise<boolean> => {
      const managedFields = managers.map((manager) => ({ manager, operation: "Apply" }));
      const { kubeconfig, close } = await apiServer({
        [path]: { status: 200, body: { metadata: { managedFields } } },
      });
      t.after(close);
      return isOfOthers({ kubeconfig }, "cnpg-system");
    };
    assert.equal(await isOthers("kubectl-client-side-apply", "manager"), true);
    assert.equal(await isOthers("helm"), true);
    assert.equal(await isOthers("manager", "pulumi-kubernetes-1234abcd"), false);
  });

  it("is none where there is no Service", async (t) => {
    const { kubeconfig, close } = await apiServer({});
    t.after(close);
    assert.equal(await isOfOthers({ kubeconfig }, "cnpg-system"), false);
  });

  it("is not taken for none where the cluster does not tell", async () => {
    await assert.rejects(isOfOthers({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }, "cnpg-system"));
  });
});
