import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { checkpointEverywhere } from "../../../../../components/postgres/cluster/checkpoint.ts";
import { type ExecReply, fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";
import { clusterObject, readyCluster } from "../wait/objects.ts";

const orders = { namespace: "shop", name: "orders" };

/** psql in the primary's pod: the checkpoint first, then how many standbys are behind it. */
async function outcome(replies: ExecReply[], resource: () => object = readyCluster) {
  let asked = 0;
  const cluster = await fakeKubernetes({
    resource: () => ok(resource()),
    exec: () => replies[Math.min(asked++, replies.length - 1)] ?? "break",
  });
  const problem = await checkpointEverywhere(cluster, orders, { seconds: 0.3, pollMs: 20 });
  return { problem, asked };
}

describe("a checkpoint before a base backup in a new place", () => {
  it("is done once every standby has replayed it", async () => {
    const replies = ["CHECKPOINT\n", "2\n", "1\n", "0\n"].map((prints) => ({ prints }));
    assert.deepEqual(await outcome(replies), { problem: undefined, asked: 4 });
  });

  it("says why it could not be done: refused, no primary, a standby that stays behind", async () => {
    assert.match((await outcome([{ status: 403 }])).problem ?? "", /403/);
    const failed = await outcome([{ prints: "psql: error: out of memory", exitCode: 1 }]);
    assert.match(failed.problem ?? "", /out of memory/);
    const { problem } = await outcome([{ prints: "CHECKPOINT\n" }, { prints: "1\n" }]);
    assert.equal(problem, "1 standbys have not replayed a checkpoint within 0.3 s");
    const without = () => ({ ...clusterObject(), status: {} });
    assert.match((await outcome([{ prints: "0" }], without)).problem ?? "", /does not say which instance/);
  });
});
