import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";
import { clusterObject, readyCluster } from "../wait/objects.ts";
import { wait } from "../wait/wait.ts";

describe("a database at rest", () => {
  it("is not waited for where somebody has stopped it, and says how to end that", async () => {
    const annotated = (key: string, value: string): object => ({
      ...clusterObject(),
      metadata: { name: "orders", namespace: "shop", annotations: { [`cnpg.io/${key}`]: value } },
    });
    const cases: [object, RegExp][] = [
      [
        annotated("hibernation", "on"),
        /^is hibernated .*: kubectl -n shop annotate clusters\.postgresql\.cnpg\.io orders cnpg\.io\/hibernation-$/,
      ],
      [annotated("fencedInstances", '["*"]'), /^is fenced: all instances .* cnpg\.io\/fencedInstances-$/],
      [annotated("fencedInstances", '["orders-1","orders-2"]'), /^is fenced: orders-1, orders-2 /],
    ];
    for (const [resource, message] of cases) {
      const found = await wait(await fakeKubernetes({ resource: () => ok(resource) }), 20);
      assert.equal(found.proof, "none");
      assert.match(found.rest ?? "", message);
    }
    for (const value of ["[]", "what"]) {
      const resource = () => ok(annotated("fencedInstances", value));
      await assert.rejects(wait(await fakeKubernetes({ resource }), 0.3), /did not come up/);
    }
  });

  it("is none where it answers all the same, as while a replica is fenced", async () => {
    const metadata = {
      name: "orders",
      namespace: "shop",
      annotations: { "cnpg.io/fencedInstances": '["orders-2"]' },
    };
    const cluster = await fakeKubernetes({
      resource: () => ok({ ...readyCluster(), metadata }),
      exec: () => ({ prints: "f\n" }),
    });
    assert.equal((await wait(cluster, 20)).proof, "sql");
  });
});
