import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import type { FailingJob, Look } from "../../../../../components/postgres/wait/look.ts";
import type { Obstacle } from "../../../../../components/postgres/wait/obstacle.ts";
import { obstaclesOf } from "../../../../../components/postgres/wait/obstacles.ts";
import { Patience } from "../../../../../components/postgres/wait/patience.ts";
import type { Pod } from "../../../../../components/postgres/cluster/pods-and-jobs.ts";

function look({
  jobs = [],
  pods = [],
  phase = "Setting up primary",
  recovery,
}: Partial<Look> & { phase?: string }): Look {
  return {
    resource: {
      metadata: { name: "orders", namespace: "shop" },
      spec: { instances: 1 },
      status: { phase, phaseReason: "by test", conditions: [] },
    },
    jobs,
    pods,
    recovery,
  };
}

const job = (failedPods: number, errors: string[], isOver = false): FailingJob => ({
  name: "orders-1-full-recovery",
  failedPods,
  isOver,
  errors,
});

function podWith(name: string, status: Partial<Pod["status"]>): Pod {
  return {
    metadata: { name, namespace: "shop" },
    spec: { initContainers: [], containers: [{ name: "postgres" }], volumes: [] },
    status: { phase: "Pending", conditions: [], initContainerStatuses: [], containerStatuses: [], ...status },
  };
}

const waiting = (name: string, reason: string, phase = "Pending"): Pod =>
  podWith(name, {
    phase,
    containerStatuses: [{ name: "postgres", image: "pg:17", state: { waiting: { reason } } }],
  });

/** The seconds for which a wait goes on with the same look, looked at every two seconds; Infinity: to its end. */
function lasts(...looks: Look[]): number {
  const patience = new Patience();
  for (let now = 0; now < 1_000; now += 2) {
    const seen = looks[(now / 2) % looks.length];
    if (seen && patience.exhausted(obstaclesOf(seen), now)) return now;
  }
  return Infinity;
}

/** The second in which a wait ends that sees one look after the other, each for some seconds. */
function gaveUp(...phases: [Look, number][]): number {
  const patience = new Patience();
  const looks = phases.flatMap(([seen, seconds]) => Array.from({ length: seconds / 2 }, () => seen));
  const at = looks.findIndex((seen, i) => patience.exhausted(obstaclesOf(seen), i * 2) !== undefined);
  return at < 0 ? Infinity : at * 2;
}

describe("a recovery that PostgreSQL has paused", () => {
  it("is final at once, with the setting and what it has to be", () => {
    const log = {
      pausedFor: [{ parameter: "max_connections", is: 100, atLeast: 300 }],
      lastRecordAt: undefined,
      isTargetMissed: false,
    };
    const [obstacle, ...others] = obstaclesOf(look({ recovery: { job: "orders-1-full-recovery", log } }));
    assert.deepEqual(others, []);
    assert.match(obstacle?.problem ?? "", /max_connections is 100 here and was 300/);
    assert.match(obstacle?.advice ?? "", /spec\.postgresql\.parameters\.max_connections to "300" or more/);
    assert.equal(obstacle?.patience, 0);
    const running = { ...log, pausedFor: [] };
    assert.deepEqual(obstaclesOf(look({ recovery: { job: "orders-1-full-recovery", log: running } })), []);
  });
});

describe("obstaclesOf", () => {
  it("gives a failing job up by its cause and its attempts", () => {
    const cases: [FailingJob, number][] = [
      [job(1, ["x: An error occurred (InvalidAccessKeyId)"]), Infinity],
      [job(2, ["x: An error occurred (InvalidAccessKeyId)"]), 0],
      [job(1, ['x: FATAL: could not access file "vchord.so": No such file or directory']), 0],
      [job(2, ["x: never heard of"]), Infinity],
      [job(3, ["x: never heard of"]), 0],
      [job(3, []), 0],
      [job(5, ["x: Connection refused"]), Infinity],
      [job(5, ["x: Connection refused"], true), 0],
    ];
    for (const [failing, seconds] of cases)
      assert.equal(lasts(look({ jobs: [failing] })), seconds, JSON.stringify(failing));
  });

  it("gives an image two minutes, whichever reason Kubernetes shows and whatever the pod is called", () => {
    const one = look({ pods: [waiting("orders-1-initdb-a", "ErrImagePull")] });
    const other = look({ pods: [waiting("orders-1-initdb-b", "ImagePullBackOff")] });
    assert.equal(lasts(one, other), 120);
    assert.equal(lasts(one, look({})), Infinity, "an obstacle that went away starts anew");
  });

  it("waits for containers to be created, for nodes, and for pods that are done", () => {
    assert.deepEqual(obstaclesOf(look({ pods: [waiting("orders-1", "ContainerCreating")] })), []);
    assert.deepEqual(obstaclesOf(look({ pods: [waiting("orders-1", "ErrImagePull", "Failed")] })), []);
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/1 nodes",
    };
    const pods = [podWith("orders-1", { conditions: [condition] })];
    assert.equal(lasts(look({ pods })), 40);
    assert.match(obstaclesOf(look({ pods }))[0]?.problem ?? "", /orders-1 fits on no node: 0\/1 nodes/);
  });

  const unschedulable = (message: string): Pod[] => [
    podWith("orders-1", {
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
    }),
  ];

  it("advises on a pod that fits on no node by what the scheduler says", () => {
    const cases: [string, RegExp, number][] = [
      ["0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", /spec\.affinity/, 40],
      ["0/1 nodes are available: 1 node(s) had untolerated taint(s).", /tolerations/, 40],
      ["0/1 nodes are available: 1 Insufficient memory.", /Lower what the database requests/, 40],
      ["0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", /fewer nodes/, 40],
      ['storageclass.storage.k8s.io "openebs-hostpath" not found', /Make the StorageClass/, 40],
      [
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
        /taint/,
        Infinity,
      ],
      ["0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", /volume/, Infinity],
    ];
    for (const [message, advice, seconds] of cases) {
      const seen = look({ pods: unschedulable(message) });
      assert.match(obstaclesOf(seen)[0]?.advice ?? "", advice);
      assert.equal(lasts(seen), seconds, message);
    }
  });

  it("waits for a node that an autoscaler has asked for", () => {
    const heldUp = [
      { kind: "Pod" as const, name: "orders-1", events: [{ reason: "TriggeredScaleUp", message: "1->2" }] },
    ];
    assert.equal(lasts({ ...look({ pods: unschedulable("1 Insufficient cpu.") }), heldUp }), Infinity);
  });

  it("waits for a pod for which others are ended, and longer where nobody may say whether a node is to come", () => {
    const seen = unschedulable("0/3 nodes are available: 3 Insufficient cpu.");
    const nominated = seen.map((pod) => ({ ...pod, status: { ...pod.status, nominatedNodeName: "node-2" } }));
    assert.equal(lasts(look({ pods: nominated })), Infinity);
    const unseen = [{ kind: "Pod" as const, name: "orders-1", events: [] }];
    assert.equal(lasts({ ...look({ pods: seen }), heldUp: unseen }), 300);
  });

  it("waits for a node that restarts, though Kubernetes 1.36 does not name its taint", () => {
    const pods = unschedulable(
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).",
    );
    assert.equal(lasts({ ...look({ pods }), mayNodeComeBack: "yes" }), Infinity);
    assert.equal(lasts({ ...look({ pods }), mayNodeComeBack: "no" }), 40);
    assert.equal(lasts({ ...look({ pods }), mayNodeComeBack: "unknown" }), 300);
    const named = unschedulable("1 node(s) had untolerated taint {team: a}.");
    assert.equal(lasts({ ...look({ pods: named }), mayNodeComeBack: "unknown" }), 40);
  });

  const pulls = (message: string, ...reasons: string[]): Look[] =>
    reasons.map((reason) => {
      const state = { waiting: { reason, message } };
      return look({
        pods: [podWith("orders-1", { containerStatuses: [{ name: "postgres", image: "pg:17", state }] })],
      });
    });

  it("gives an image up sooner where the registry has said no, at the next pull that fails", () => {
    const [fails, waits] = pulls("manifest unknown", "ErrImagePull", "ImagePullBackOff");
    assert.ok(fails && waits);
    assert.equal(gaveUp([fails, 4], [waits, 6], [fails, 2], [waits, 18], [fails, 4], [waits, 40]), 30);
  });

  it("waits for the next pull of an image that was not to be had before, up to five minutes", () => {
    const [waits, fails] = pulls("manifest unknown", "ImagePullBackOff", "ErrImagePull");
    assert.ok(waits && fails);
    assert.equal(gaveUp([waits, 200], [look({}), 600]), Infinity, "the image is there now");
    assert.equal(gaveUp([waits, 200], [fails, 10]), 200);
    assert.equal(gaveUp([waits, 600]), 330);
  });

  it("gives a container up that crashes again and again, in the moment in which it does", () => {
    const crashing = (restartCount: number, state: object): Look => {
      const container = { name: "postgres", image: "pg:17", ready: false, restartCount, state };
      const killed = { ...container, lastState: { terminated: { reason: "OOMKilled" } } };
      return look({ pods: [podWith("orders-1", { containerStatuses: [killed] })] });
    };
    const waits = (count: number) => crashing(count, { waiting: { reason: "CrashLoopBackOff" } });
    const runs = (count: number) => crashing(count, { running: {} });
    assert.equal(gaveUp([waits(2), 20], [runs(3), 20], [waits(3), 20]), 40);
    assert.equal(gaveUp([waits(2), 40], [runs(3), 900]), Infinity, "its last start went well");
    assert.equal(gaveUp([runs(5), 900]), Infinity, "what crashed long ago replays WAL");
    assert.match(obstaclesOf(runs(3))[0]?.advice ?? "", /limits\.memory of spec\./);
  });

  it("gives a node that is slow to make a container more time", () => {
    const state = { waiting: { reason: "CreateContainerError", message: "context deadline exceeded" } };
    const pods = [podWith("orders-1", { containerStatuses: [{ name: "postgres", image: "pg:17", state }] })];
    assert.equal(lasts(look({ pods })), 100);
  });

  it("knows the phases in which the operator waits for a person", () => {
    assert.equal(lasts(look({ phase: "Cluster is unrecoverable and needs manual intervention" })), 20);
    const plugin = "Cluster cannot proceed to reconciliation due to an unknown plugin being required";
    assert.equal(lasts(look({ phase: plugin })), 120);
    assert.match(
      obstaclesOf(look({ phase: plugin }))[0]?.problem ?? "",
      /unknown plugin being required: by test/,
    );
  });

  it("tells of a cluster that is being deleted, or that no operator sees", () => {
    const { resource } = look({});
    const deleted = { ...resource, metadata: { ...resource.metadata, deletionTimestamp: "now" } };
    assert.equal(lasts({ ...look({}), resource: deleted }), 30);
    const unseen = { ...resource, status: { conditions: [] } };
    assert.match(
      obstaclesOf({ ...look({}), resource: unseen })[0]?.problem ?? "",
      /operator has not taken it up/,
    );
  });
});

describe("Patience", () => {
  it("calls an obstacle final just when it has been there without a break for its patience", () => {
    const steps = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 20 }), (isThere, patience) => {
        const obstacle: Obstacle = { key: "x", problem: "x", advice: "x", patience };
        const waits = new Patience();
        let since: number | undefined;
        for (const [now, there] of isThere.entries()) {
          since = there ? (since ?? now) : undefined;
          const isFinal = since !== undefined && now - since >= patience;
          assert.equal(waits.exhausted(there ? [obstacle] : [], now) !== undefined, isFinal);
        }
      }),
    );
  });
});
