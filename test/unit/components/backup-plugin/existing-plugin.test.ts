import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { pluginOfOthers } from "../../../../components/backup-plugin/existing-plugin.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const owner = "0123456789abcdef0123456789abcdef01234567";
const service = "/api/v1/namespaces/cnpg-system/services/barman-cloud";
const account = "/api/v1/namespaces/cnpg-system/serviceaccounts/plugin-barman-cloud";

async function found(
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
  afterTest(close);
  return pluginOfOthers({ kubeconfig }, "cnpg-system", owner);
}

const label = "cnpg-rgw/component";

describe("a plugin that is there already", () => {
  it("is of others, unless it has the component's own label", async () => {
    assert.equal(await found({ [service]: undefined }), "Service barman-cloud");
    assert.equal(await found({ [service]: { app: "barman-cloud" } }), "Service barman-cloud");
    assert.equal(await found({ [service]: { [label]: "another" } }), "Service barman-cloud");
    assert.equal(await found({ [service]: { [label]: owner }, [account]: { [label]: owner } }), undefined);
  });

  it("is of others as soon as another stack has begun with it", async () => {
    assert.match(
      (await found({ [account]: { [label]: "another" } })) ?? "",
      /^ServiceAccount .* of another stack$/,
    );
    assert.equal(await found({ [account]: { [label]: owner } }), undefined);
  });

  it("is none where there is no Service, whatever an earlier one has left", async () => {
    assert.equal(await found({}), undefined);
    assert.equal(await found({ [account]: {} }), undefined);
  });

  it("is not taken for none where the cluster does not tell", async () => {
    const away = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    await assert.rejects(pluginOfOthers(away, "cnpg-system", owner));
  });
});
