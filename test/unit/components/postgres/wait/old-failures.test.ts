import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";
import { fakeKubernetes, items, ok } from "./fake-kubernetes.ts";
import { bootstrappingCluster, readyCluster, recoveryJob, recoveryPod } from "./objects.ts";

interface Situation {
  /** How many pods of the Job have failed, by the look. */
  failed: (look: number) => number;
  isOver?: boolean;
  mayDelete?: boolean;

  /** Of the Cluster, before the update and now. */
  generations: [before: number | undefined, now: number];

  /** A pod of it that runs. */
  running?: object;
}

const madeAt = "2026-11-22T10:00:00Z";
const specChanged = [{ manager: "pulumi", time: "2026-11-22T10:05:00Z", fieldsV1: { "f:spec": {} } }];
const error = 'FATAL: could not access file "vchord.so": No such file or directory';

/** An update of a database whose recovery has failed before; the operator makes its Job anew once it is deleted. */
async function updated({ failed, isOver = false, ...situation }: Situation): Promise<string> {
  const [generationBefore, generation] = situation.generations;
  let looks = 0;
  let isDeleted = false;
  const resource = () => {
    const cluster: { metadata?: object } = isDeleted ? readyCluster({}, generation) : bootstrappingCluster();
    const changed = generationBefore === generation - 1 && { managedFields: specChanged };
    return ok({ ...cluster, metadata: { name: "orders", namespace: "shop", generation, ...changed } });
  };
  const job = () => ({
    ...recoveryJob(failed(looks), isOver),
    metadata: {
      ...{ name: "orders-1-full-recovery", namespace: "shop", creationTimestamp: madeAt },
      labels: { "cnpg.io/jobRole": "full-recovery" },
    },
  });
  const { kubeconfig } = await fakeKubernetes({
    resource: () => {
      looks += 1;
      return resource();
    },
    jobs: () => (isDeleted ? items() : items(job())),
    pods: () =>
      isDeleted ? items() : items(recoveryPod(1), ...(situation.running ? [situation.running] : [])),
    log: (_, container) =>
      ok(container === "full-recovery" ? JSON.stringify({ logger: "postgres", msg: error }) : ""),
    exec: () => ({ prints: "f\n" }),
    ...(situation.mayDelete !== false && {
      deleteJob: () => {
        isDeleted = true;
        return ok({});
      },
    }),
  });
  const options = {
    timeoutSeconds: 3,
    pollMs: 20,
    settleSeconds: 0,
    generationBefore,
    log: () => undefined,
  };
  return untilDatabaseAnswers({ kubeconfig }, "shop", "orders", options).then(
    ({ proof }) => proof,
    (failure: unknown) => String(failure),
  );
}

const runningPod = { ...recoveryPod(2), status: { phase: "Running" } };

describe("a Job that has failed before an update", () => {
  it("is made anew by the update that mends its setting, and does not fail it", async () => {
    assert.equal(await updated({ failed: () => 7, isOver: true, generations: [1, 2] }), "sql");
    assert.equal(await updated({ failed: () => 1, generations: [1, 2] }), "sql");
  });

  it("is made anew by an update that changes nothing: what was in its way may have been elsewhere", async () => {
    assert.equal(await updated({ failed: () => 7, isOver: true, generations: [2, 2] }), "sql");
    assert.equal(await updated({ failed: () => 2, generations: [2, 2] }), "sql");
  });

  it("is not told of while its next attempt runs, and is once that has failed, too", async () => {
    const running = { generations: [2, 2] as [number, number], running: runningPod };
    assert.match(await updated({ ...running, failed: () => 2 }), /within 3 s: it is still on its way/);
    assert.match(
      await updated({ ...running, failed: (look) => (look < 5 ? 2 : 3) }),
      /cannot come up: the job orders-1-full-recovery failed 3 times/,
    );
  });

  it("is told of where it may not be deleted, and where it is the update's own", async () => {
    const over = { failed: () => 7, isOver: true };
    assert.match(await updated({ ...over, generations: [2, 2], mayDelete: false }), /failed 7 times/);
    assert.match(await updated({ ...over, generations: [undefined, 2] }), /failed 7 times/);
  });
});

describe("what the operator failed at before an update", () => {
  const error = "exceeded quota: team, requested: limits.cpu=1, used: limits.cpu=4, limited: limits.cpu=4";
  const said = JSON.stringify({
    level: "error",
    controller: "cluster",
    namespace: "shop",
    name: "orders",
    error,
  });

  /** The annotations that an update sets; nothing else changes. */
  async function nudges(generationBefore: number | undefined): Promise<string[]> {
    const patches: string[] = [];
    const { kubeconfig } = await fakeKubernetes({
      resource: () => ok(bootstrappingCluster()),
      operators: () => items({ metadata: { name: "cnpg-0", namespace: "shop" } }),
      log: (pod) => ok(pod === "cnpg-0" ? said : ""),
      patch: (sent) => {
        patches.push(sent);
        return ok({});
      },
    });
    const options = { timeoutSeconds: 0.5, pollMs: 20, generationBefore, log: () => undefined };
    await untilDatabaseAnswers({ kubeconfig }, "shop", "orders", options).catch(() => undefined);
    return patches;
  }

  it("is tried again at once, and not after a quarter of an hour, once an update", async () => {
    const patches = await nudges(1);
    assert.equal(patches.length, 1);
    assert.match(patches[0] ?? "", /"op":"add","path":"\/metadata\/annotations\/cnpg-rgw~1tried-again"/);
    assert.deepEqual(await nudges(undefined), []);
  });
});
