import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { scheduleName } from "../../../../../components/postgres/plan/plan.ts";
import { replaySettingsOf } from "../../../../../components/postgres/plan/replay-settings.ts";
import { untilSettingsAreInForce } from "../../../../../components/postgres/wait/replay-settings-in-force.ts";
import { clusterObject } from "../wait/objects.ts";
import { fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";
import { planned } from "../plans.ts";

const raised = { postgresql: { parameters: { max_connections: "300", work_mem: "64MB" } } };

describe("the settings that WAL demands of a recovery", () => {
  it("are five parameters and the tablespaces", () => {
    const tablespaces = [{ name: "hot", storage: { size: "1Gi" } }];
    assert.deepEqual(replaySettingsOf({ ...raised, tablespaces }), {
      parameters: { max_connections: "300" },
      tablespaces: ["hot"],
    });
  });

  it("have a ScheduledBackup of their own, which takes a base backup at once", () => {
    const name = (spec: object) => scheduleName(planned({ spec }));
    assert.equal(name({ postgresql: { parameters: { work_mem: "64MB" } } }), name({}));
    const names = [{}, raised, { tablespaces: [{ name: "hot", storage: { size: "1Gi" } }] }].map(name);
    assert.equal(new Set(names).size, 3);
  });

  it("are waited for, and what is not in force in time is named", async () => {
    let prints = "max_connections=100\nmax_wal_senders=10\ntablespace pg_default";
    const cluster = await fakeKubernetes({
      resource: () => ok(clusterObject()),
      exec: () => ({ prints }),
    });
    const orders = { namespace: "shop", name: "orders" };
    const settings = replaySettingsOf(raised);
    const late = await untilSettingsAreInForce(cluster, orders, settings, { seconds: 0.05, pollMs: 10 });
    assert.equal(late, "max_connections=300 is not in force yet");
    const fenced = clusterObject() as { metadata: object };
    const annotations = { "cnpg.io/fencedInstances": '["*"]' };
    const stopped = await fakeKubernetes({
      resource: () => ok({ ...fenced, metadata: { ...fenced.metadata, annotations } }),
    });
    assert.equal(await untilSettingsAreInForce(stopped, orders, settings), "it is hibernated or fenced");
    setTimeout(() => (prints = "max_connections=300"), 50);
    assert.equal(
      await untilSettingsAreInForce(cluster, orders, settings, { seconds: 10, pollMs: 10 }),
      undefined,
    );
  });
});
