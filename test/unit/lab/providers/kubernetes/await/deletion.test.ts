import { KubeConfig } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, before, describe, it } from "mocha";
import { deleteObject } from "../../../../../../lab/providers/kubernetes/await/deletion.ts";
import { KubernetesApi } from "../../../../../../lab/providers/kubernetes/cluster/api.ts";
import { Connection } from "../../../../../../lab/providers/kubernetes/cluster/connection.ts";

let policy: unknown;
const server = createServer((request, response) => {
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (request.method === "DELETE") {
    void json(request).then((options) => {
      policy = options;
      answer(200, {});
    });
  } else if (request.url === "/api/v1") {
    answer(200, { resources: [{ name: "configmaps", kind: "ConfigMap", namespaced: true }] });
  } else {
    answer(404, { kind: "Status", reason: "NotFound" });
  }
});
before(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => server.close());

async function policyFor(annotations: Record<string, string>): Promise<unknown> {
  const config = new KubeConfig();
  const port = String((server.address() as AddressInfo).port);
  config.loadFromClusterAndUser(
    { name: "c", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: "u" },
  );
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "b", annotations },
  };
  const patience = { timeoutSeconds: 5, signal: new AbortController().signal };
  await deleteObject(new KubernetesApi(new Connection(config, 5)), object, object, patience);
  return policy;
}

describe("deletion", () => {
  it("takes what the object owns along, unless its annotation says otherwise", async () => {
    const expected = { kind: "DeleteOptions", apiVersion: "v1" };
    for (const [annotated, propagationPolicy] of [
      [undefined, "Foreground"],
      ["background", "Background"],
      ["Orphan", "Orphan"],
      ["nonsense", "Foreground"],
    ] as const) {
      const annotations =
        annotated === undefined ? {} : { "pulumi.com/deletionPropagationPolicy": annotated };
      assert.deepEqual(await policyFor(annotations), { ...expected, propagationPolicy });
    }
  });
});
