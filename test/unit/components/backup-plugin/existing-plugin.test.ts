import assert from "node:assert/strict";
import { type TestContext, describe, it } from "node:test";

import { pluginOfOthers } from "../../../../components/backup-plugin/existing-plugin.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";

const owner = "0123456789abcdef0123456789abcdef01234567";
const service = "/api/v1/namespaces/cnpg-system/services/barman-cloud";
const account = "/api/v1/namespaces/cnpg-system/serviceaccounts/plugin-barman-cloud";

async function found(
  t: TestContext,
  labelsByPath: Record<string, Record<string, string> | undefined>,
): Promise<string | undefined> {
  // Pulumi's hand in it says nothing: that may be another stack's.
  const managedFields = [{ manager: "pulumi-kubernetes-1234abcd", operation: "Apply" }];
  const replies = Object.entries(labelsByPath).map(([path, labels]) => [
    path,
    { status: 200, body: { metadata: { managedFields, labels } } },
  ]);
  const { kubeconfig, close } = await apiServer(
    Object.fromEntries(replies) as Parameters<typeof apiServer>[0],
  );
  t.after(close);
  return pluginOfOthers({ kubeconfig }, "cnpg-system", owner);
}

const label = "cnpg-rgw/component";

describe("a plugin that is there already", () => {
  it("is of others, unless it has the component's own label", async (t) => {
    assert.equal(await found(t, { [service]: undefined }), "Service barman-cloud");
    assert.equal(await found(t, { [service]: { app: "barman-cloud" } }), "Service barman-cloud");
    assert.equal(await found(t, { [service]: { [label]: "another" } }), "Service barman-cloud");
    assert.equal(await found(t, { [service]: { [label]: owner }, [account]: { [label]: owner } }), undefined);
  });

  it("is of others as soon as another stack has begun with it", async (t) => {
    assert.match(
      (await found(t, { [account]: { [label]: "another" } })) ?? "",
      /^ServiceAccount .* of another stack$/,
    );
    assert.equal(await found(t, { [account]: { [label]: owner } }), undefined);
  });

  it("is none where there is no Service, whatever an earlier one has left", async (t) => {
    assert.equal(await found(t, {}), undefined);
    assert.equal(await found(t, { [account]: {} }), undefined);
  });

  it("is not taken for none where the cluster does not tell", async () => {
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    await assert.rejects(pluginOfOthers(away, "cnpg-system", owner));
  });
});
