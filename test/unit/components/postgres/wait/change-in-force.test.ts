import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { CaReference, PrivateCas } from "../../../../../components/postgres/wait/private-ca.ts";
import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";
import { fakeKubernetes, items, ok } from "./fake-kubernetes.ts";
import { instance, readyCluster } from "./objects.ts";

describe("an instance after a change", () => {
  it("waits after a change until the instances are as it asks, and stay well for a while", async () => {
    const pods: object[] = [
      instance({ requests: { cpu: "100m" } }),
      instance({ requests: { cpu: "0.2" } }, { deletionTimestamp: "2026-11-22T10:00:00Z" }),
      instance({ requests: { cpu: "0.2" } }),
    ];
    let looks = 0;
    let psql = 0;
    const cluster = await fakeKubernetes({
      resource: () => ok(readyCluster({ resources: { requests: { cpu: "200m" } } }, 2)),
      pods: () => items(pods[Math.min(looks++, 2)]),
      // The database goes away once more after it had answered.
      exec: () => ({ prints: ++psql === 2 ? "psql: error: shutting down" : "f\n" }),
    });
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const options = { timeoutSeconds: 20, log, pollMs: 20, settleSeconds: 0.2, generationBefore: 1 };
    const start = performance.now();
    await untilDatabaseAnswers(cluster, "shop", "orders", options);
    assert.ok(psql > 3, "it was asked for as long as the change settled");
    assert.ok(performance.now() - start >= 200);
    assert.match(lines.join("\n"), /the instance orders-1 still has the previous resources, \d s/);
  });

  it("is not waited for without end, and then what is not in force is told", async () => {
    const cluster = await fakeKubernetes({
      resource: () => ok(readyCluster({ resources: { requests: { cpu: "200m" } } }, 2)),
      pods: () => items(instance({ requests: { cpu: "100m" } })),
      exec: () => ({ prints: "f\n" }),
    });
    const found = await untilDatabaseAnswers(cluster, "shop", "orders", {
      ...{ timeoutSeconds: 20, log: () => undefined, pollMs: 20, generationBefore: 1 },
      ...{ settleSeconds: 0.1, takingUpSeconds: 0.3 },
    });
    assert.equal(found.notInForce, "the instance orders-1 still has the previous resources");
  });

  it("does not wait where nothing was changed", async () => {
    let psql = 0;
    const cluster = await fakeKubernetes({
      resource: () => ok(readyCluster({}, 2)),
      exec: () => ({ prints: psql++ === 0 ? "f\n" : "t\n" }),
    });
    const options = { timeoutSeconds: 20, log: () => undefined, generationBefore: 2 };
    assert.equal((await untilDatabaseAnswers(cluster, "shop", "orders", options)).proof, "sql");
    assert.equal(psql, 1);
  });

  const ca = { name: "cnpg-backup-s3", key: "S3_CA_BUNDLE" };

  it("is waited for until it has the private CA that its ObjectStore has got, or lost", async () => {
    const [without, having] = [instance({}), instance({}, {}, [caVolume(ca, "orders")])];
    assert.match(
      await linesOf([without, having], { orders: ca }),
      /orders-1 is still without the private CA of its ObjectStore orders, \d s$/,
    );
    assert.match(await linesOf([having, without], { orders: undefined }), /is still with the private CA of/);
    const other = instance({}, {}, [caVolume({ ...ca, key: "ca.crt" }, "orders")]);
    assert.match(await linesOf([other, having], { orders: ca }), /is still with another CA of/);
  });

  it("is not waited for where it has the CAs that are asked for, also those of a source", async () => {
    const both = instance({}, {}, [caVolume(ca, "orders", "orders-origin")]);
    assert.equal(await linesOf([both], { orders: ca, "orders-origin": ca }), "");
    const none = instance({}, {}, [{ name: "scratch-data" }, { name: "barman-certificates" }]);
    assert.equal(await linesOf([none], { orders: undefined }), "");
  });
});

/** What a wait says while the instance goes through these states, each for one look. */
async function linesOf(states: object[], privateCas: PrivateCas): Promise<string> {
  let looks = 0;
  const cluster = await fakeKubernetes({
    resource: () => ok(readyCluster()),
    pods: () => items(states[Math.min(looks++, states.length - 1)] ?? {}),
    exec: () => ({ prints: "f\n" }),
  });
  const lines: string[] = [];
  await untilDatabaseAnswers(cluster, "shop", "orders", {
    ...{ timeoutSeconds: 20, pollMs: 20, privateCas, generationBefore: 1 },
    log: (line) => lines.push(line),
  });
  assert.equal(looks, states.length);
  return lines.join("\n");
}

/** As plugin-barman-cloud mounts the CA of stores. */
const caVolume = ({ name, key }: CaReference, ...stores: string[]): object => ({
  name: "barman-certificates",
  projected: {
    sources: stores.map((store) => ({ secret: { name, items: [{ key, path: `${store}/barman-ca.crt` }] } })),
  },
});
