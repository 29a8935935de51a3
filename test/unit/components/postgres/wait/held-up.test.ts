import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";
import { type HeldUp, heldUpObstacles } from "../../../../../components/postgres/wait/held-up.ts";
import { lastError, operatorObstacle } from "../../../../../components/postgres/wait/operator-log.ts";
import { Patience } from "../../../../../components/postgres/wait/patience.ts";
import { refusalAdvice } from "../../../../../components/postgres/wait/refusal-advice.ts";
import { type Cluster, fakeKubernetes, items, ok } from "./fake-kubernetes.ts";
import { bootstrappingCluster } from "./objects.ts";

/** Kubernetes' own words, of 1.36. */
const quota =
  'pods "orders-1-initdb-lmklb" is forbidden: failed quota: team-quota: must specify limits.cpu for: bootstrap-controller,initdb';
const sidecar =
  'Pod "orders-1" is invalid: spec.initContainers[1].resources.requests: Invalid value: "192Mi": must be less than or equal to memory limit of 128Mi';

describe("refusalAdvice", () => {
  const cases: [string, RegExp][] = [
    [quota, /ResourceQuota wants limits or requests/],
    [
      "exceeded quota: team, requested: requests.storage=5Gi, used: requests.storage=0, limited: 1Gi",
      /quota is used up|used up/,
    ],
    [sidecar, /instanceSidecarConfiguration\\.resources for the sidecar|instanceSidecarConfiguration/],
    ["maximum memory usage per Container is 256Mi, but request is 512Mi", /LimitRange does not allow these/],
    ["maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Gi", /storage\.size/],
    ['pods "x" is forbidden: violates PodSecurity "restricted:latest": seccompProfile', /Pod Security level/],
    ['admission webhook "validate.kyverno.svc-fail" denied the request: no', /A policy of the cluster/],
    ['error looking up service account shop/orders: serviceaccount "orders" not found', /ServiceAccount/],
    ["no PriorityClass with name vital was found", /PriorityClass/],
    ['storageclass.storage.k8s.io "openebs-hostpath" not found', /Make the StorageClass/],
    ['MountVolume.SetUp failed for volume "x" : secret "tls" not found', /Make the Secret or ConfigMap/],
    ["no persistent volumes available for this claim and no storage class is set", /no default StorageClass/],
  ];
  for (const [message, advice] of cases) {
    it(`advises on: ${message}`, () => {
      assert.match(refusalAdvice(message) ?? "", advice);
    });
  }
});

describe("heldUpObstacles", () => {
  const of = (kind: HeldUp["kind"], reason: string, message: string) =>
    heldUpObstacles([{ kind, name: "orders-1", events: [{ reason, message }] }]);

  it("quotes why a Job gets no pod, also where no rule knows the cause", () => {
    const [known] = of("Job", "FailedCreate", `Error creating: ${quota}`);
    assert.match(
      known?.problem ?? "",
      /^Kubernetes makes no pod for the job orders-1: pods "orders-1-initdb-lmklb" is/,
    );
    const [unknown] = of("Job", "FailedCreate", "Error creating: never heard of");
    assert.match(unknown?.problem ?? "", /: never heard of$/);
    assert.equal(unknown?.advice, "Correct what the message names.");
  });

  it("says nothing of what may pass", () => {
    assert.deepEqual(of("Job", "SuccessfulCreate", "Created pod"), []);
    assert.deepEqual(of("Pod", "FailedMount", "Multi-Attach error for volume"), []);
    assert.deepEqual(of("PersistentVolumeClaim", "ProvisioningFailed", "rpc error: timed out"), []);
    assert.deepEqual(of("PersistentVolumeClaim", "WaitForFirstConsumer", "waiting"), []);
  });
});

describe("what was refused", () => {
  type Event = HeldUp["events"][number];
  const event = (reason: string, message: string, at = 0): Event => ({ reason, message, at });
  const obstacles = (kind: HeldUp["kind"], ...events: Event[]) =>
    heldUpObstacles([{ kind, name: "orders-1", events }]);

  it("is over once something came of it: an image is pulled, a volume is made", () => {
    const root =
      'MountVolume.SetUp failed for volume "kube-api-access-x" : configmap "kube-root-ca.crt" not found';
    assert.equal(obstacles("Pod", event("FailedMount", root)).length, 1);
    assert.deepEqual(obstacles("Pod", event("FailedMount", root), event("Pulling", "Pulling image")), []);
    const none = 'storageclass.storage.k8s.io "fast" not found';
    assert.equal(obstacles("PersistentVolumeClaim", event("ProvisioningFailed", none)).length, 1);
    const made = event("WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    assert.deepEqual(obstacles("PersistentVolumeClaim", event("ProvisioningFailed", none), made), []);
  });

  it("may have been an API server that was away, and not what its address speaks of", () => {
    const token =
      'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to fetch token: Post' +
      ' "https://10.0.0.1:6443/api/v1/namespaces/shop/serviceaccounts/orders/token": dial tcp: connect: connection refused';
    assert.deepEqual(obstacles("Pod", event("FailedMount", token)), []);
  });

  /** The second in which a wait ends, with refusals at some seconds and, perhaps, an end of them. */
  function gaveUp(message: string, refusals: readonly number[], from = 0): number {
    const patience = new Patience();
    for (let now = from; now < 1_000; now += 2) {
      const at = refusals.findLast((second) => second <= now);
      const seen = at === undefined ? [] : obstacles("Job", event("FailedCreate", message, at));
      if (patience.exhausted(seen, now - from)) return now - from;
    }
    return Infinity;
  }
  const byJobController = [0, 1, 3, 7, 15, 31, 63, 123, 183];

  it("is told within a minute, at an attempt that fails", () => {
    assert.equal(gaveUp(`Error creating: ${quota}`, byJobController), 32);
  });

  it("is not told at the next update before it was tried again, up to a minute later", () => {
    assert.equal(gaveUp(`Error creating: ${quota}`, [0, 60, 120], 70), 50);
    assert.equal(gaveUp(`Error creating: ${quota}`, [0, 60], 62), 100, "where the events come no more");
  });

  it("is outlasted where a webhook restarts", () => {
    const webhook =
      'Error creating: Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook:' +
      ' Post "https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": dial tcp 10.96.0.9:443: connect: connection refused';
    assert.equal(gaveUp(webhook, byJobController), 124);
  });

  it("is quoted without what Kubernetes puts before it", () => {
    const combined = `(combined from similar events): Error creating: ${quota}`;
    assert.match(
      obstacles("Job", event("FailedCreate", combined))[0]?.problem ?? "",
      /orders-1: pods "orders-1-initdb/,
    );
  });
});

describe("what the operator cannot do", () => {
  /** The second in which a wait ends, with an error in the log at some seconds. */
  function gaveUp(error: string, at: readonly number[]): number {
    const patience = new Patience();
    for (let now = 0; now < 1_000; now += 2) {
      const last = at.findLast((second) => second <= now);
      const seen = last === undefined ? [] : [operatorObstacle({ error, said: String(last) })];
      if (patience.exhausted(seen, now)) return now;
    }
    return Infinity;
  }

  it("is told once it fails anew, within a minute", () => {
    assert.equal(gaveUp(`unable to create Pod: ${sidecar}`, [0, 1, 2, 5, 10, 20, 41, 82]), 42);
  });

  it("is not told where it has passed, though its log has no word of that", () => {
    assert.equal(gaveUp("etcdserver: leader changed", [0, 1, 2]), Infinity);
    assert.equal(gaveUp(`unable to create Pod: ${quota}`, [-600]), Infinity);
  });
});

describe("lastError", () => {
  const said = (name: string, error: string) =>
    JSON.stringify({
      level: "error",
      msg: "Reconciler error",
      controller: "cluster",
      namespace: "shop",
      name,
      error,
    });
  const database = { namespace: "shop", name: "orders" };

  it("is the operator's last one about the Cluster, and none that the next try gets over", () => {
    const log = [
      said("orders", "an earlier one"),
      said("orders", `unable to create Pod: ${sidecar}`),
      said("others", "unable to create Pod: no"),
      said("orders", "of a ScheduledBackup of that name").replace('"cluster"', '"scheduledbackup"'),
      said("orders", "the object has been modified; please apply your changes to the latest version"),
      '{"level":"info","namespace":"shop","name":"orders","error":"x"}',
      "panic: no JSON",
    ].join("\n");
    assert.equal(lastError(log, database)?.error, `unable to create Pod: ${sidecar}`);
    assert.equal(lastError("", database), undefined);
  });
});

describe("a database of which Kubernetes makes nothing", () => {
  async function failure(cluster: Cluster): Promise<string> {
    const { kubeconfig } = await fakeKubernetes(cluster);
    const options = { timeoutSeconds: 0.3, pollMs: 20, log: () => undefined };
    return untilDatabaseAnswers({ kubeconfig }, "shop", "orders", options).then(
      () => assert.fail("it came up"),
      (error: unknown) => String(error),
    );
  }

  it("is told in the words of the Job's event, once", async () => {
    const event = (pod: string, second: number) => ({
      involvedObject: { kind: "Job", name: "orders-1-initdb" },
      reason: "FailedCreate",
      message: `Error creating: ${quota.replace("lmklb", pod)}`,
      lastTimestamp: `2026-11-22T10:00:0${second}Z`,
      metadata: {},
    });
    const message = await failure({
      resource: () => ok(bootstrappingCluster()),
      jobs: () => items({ metadata: { name: "orders-1-initdb", namespace: "shop", uid: "7" }, status: {} }),
      events: () => items(event("aaaaa", 1), event("bbbbb", 2), event("ccccc", 3)),
    });
    assert.match(
      message,
      /: Kubernetes makes no pod for the job orders-1-initdb: pods "orders-1-initdb-ccccc" is forbidden/,
    );
    assert.match(message, /What to do: The namespace's ResourceQuota wants limits/);
    assert.equal(message.match(/team-quota/g)?.length, 1, message);
  });

  it("is told in the operator's words, where they are in no event", async () => {
    const error = `unable to create Pod: ${sidecar}`;
    const message = await failure({
      resource: () => ok(bootstrappingCluster()),
      jobs: () =>
        items({ metadata: { name: "orders-1-initdb", namespace: "shop" }, status: { succeeded: 1 } }),
      operators: () => items({ metadata: { name: "cnpg-0", namespace: "shop" } }),
      log: (pod) =>
        ok(
          pod === "cnpg-0"
            ? JSON.stringify({ level: "error", namespace: "shop", name: "orders", error })
            : "",
        ),
    });
    assert.match(
      message,
      /: the operator cannot go on: unable to create Pod: Pod "orders-1" is invalid: .*192Mi/,
    );
    assert.match(message, /What to do: A limit is lower than the request/);
  });
});
