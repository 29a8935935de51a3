import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { resourcesProblem } from "../../../../../components/postgres/plan/containers.ts";
import { judge } from "../../../../../components/postgres/preflight/judge.ts";
import { observe } from "../../../../../components/postgres/preflight/observe.ts";
import { planOf } from "../../../../../components/postgres/plan/plan.ts";
import { planProblem } from "../../../../../components/postgres/plan/overridden-spec.ts";
import { apiServer } from "../../kubernetes/api-server.ts";
import { afterTest } from "../../../../support/after-test.ts";
import { planned } from "../plans.ts";
import { orders } from "../settings.ts";
import { clusterObject } from "../wait/objects.ts";

const sidecar = "backup.objectStore.instanceSidecarConfiguration.resources";

describe("a limit below the request", () => {
  const withSidecar = (resources: object) => ({
    ...orders,
    backup: { ...orders.backup, objectStore: { instanceSidecarConfiguration: { resources } } },
  });
  const problem = (settings: typeof orders) => planProblem(settings, planOf(settings)) ?? "";

  it("is refused, our own request included, of PostgreSQL and of the sidecar", () => {
    assert.match(
      problem(withSidecar({ limits: { memory: "128Mi" } })),
      /^Database shop\/orders: backup\.objectStore\.instanceSidecarConfiguration\.resources\.limits\.memory is 128Mi, less than the request of 192Mi/,
    );
    assert.match(
      problem({ ...orders, spec: { resources: { limits: { cpu: "50m" } } } }),
      /spec\.resources\.limits\.cpu/,
    );
    assert.match(
      problem({ ...orders, spec: { resources: { limits: { memory: "256Mi" } } } }),
      /requests\.memory to 256Mi/,
    );
  });

  it("is none where the request goes down with it, and where the quantities are the same", () => {
    const both = { limits: { memory: "128Mi" }, requests: { memory: "64Mi" } };
    assert.equal(problem(withSidecar(both)), "");
    assert.equal(problem(withSidecar({ limits: { memory: "192Mi", cpu: "0.05" } })), "");
    assert.equal(resourcesProblem(planned({ method: "barmanObjectStore" })), undefined);
  });
});

const namespace = "/api/v1/namespaces/shop";
const classes = (...names: string[]) => ({
  status: 200,
  body: { items: names.map((name) => ({ metadata: { name, annotations: isDefault(name) } })) },
});
const isDefault = (name: string) =>
  name === "standard" ? { "storageclass.kubernetes.io/is-default-class": "true" } : {};
const list = (...items: object[]) => ({ status: 200, body: { items } });
const range = (...limits: object[]) => list({ metadata: { name: "team" }, spec: { limits } });
const quota = (hard: object, used: object = {}) =>
  list({ metadata: { name: "team" }, spec: { hard }, status: { used } });

type Replies = Parameters<typeof apiServer>[0];

interface Situation {
  spec?: object;
  isRunning?: boolean;

  /** Of an earlier one of its name. */
  hasVolumes?: boolean;
  isMadeHere?: boolean;
}

const running = {
  "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/orders": { status: 200, body: clusterObject() },
};
const kept = {
  [`${namespace}/persistentvolumeclaims?labelSelector=${encodeURIComponent("cnpg.io/cluster=orders")}`]: list(
    {
      metadata: { name: "orders-1", annotations: { "cnpg.io/nodeSerial": "1" } },
    },
  ),
};

async function fits(
  replies: Replies,
  { spec = {}, isRunning = false, hasVolumes = false, isMadeHere = false }: Situation = {},
): Promise<{ problem: string; said: string }> {
  const there = { ...(isRunning && running), ...(hasVolumes && kept) };
  const { kubeconfig, close } = await apiServer({ ...there, ...replies });
  afterTest(close);
  const plan = planned({ spec });
  const observer = {
    kubernetes: { kubeconfig },
    owner: "me",
    isPreview: true,
    isClassOfResource: isMadeHere,
  };
  const { problem, remarks } = judge(plan, await observe(plan, observer), {
    isPreview: true,
    isProtected: true,
  });
  const said = remarks.map(({ text }) => text).filter((text) => !text.startsWith("Could not ask"));
  return { problem: problem ?? "", said: said.join("\n") };
}

describe("a StorageClass", () => {
  const openebs = { spec: { storage: { storageClass: "openebs" } } };
  const withoutVolumes = {
    "/apis/storage.k8s.io/v1/storageclasses": classes("slow"),
    "/api/v1/persistentvolumes": list(),
  };

  it("that is not there is refused for a new database, with those that are", async () => {
    const { problem } = await fits(withoutVolumes, openebs);
    assert.match(
      problem,
      /Database shop\/orders cannot come up: the cluster has no StorageClass "openebs" \(there are: slow\)/,
    );
    const none = await fits(withoutVolumes);
    assert.match(none.problem, /no StorageClass of the cluster is the default one \(there are: slow\)/);
  });

  it("is none of a volume made by hand, of a database that runs, or of volumes that were kept", async () => {
    const byHand = list({ spec: { storageClassName: "openebs" }, status: { phase: "Available" } });
    assert.equal(
      (await fits({ ...withoutVolumes, "/api/v1/persistentvolumes": byHand }, openebs)).problem,
      "",
    );
    assert.equal((await fits(withoutVolumes, { ...openebs, isRunning: true })).problem, "");
    assert.equal((await fits(withoutVolumes, { ...openebs, hasVolumes: true })).problem, "");
    const there = { "/apis/storage.k8s.io/v1/storageclasses": classes("standard", "openebs") };
    assert.equal((await fits(there)).problem + (await fits(there, openebs)).problem, "");
  });

  it("is the default one by the annotation of older clusters, too", async () => {
    const annotations = { "storageclass.beta.kubernetes.io/is-default-class": "true" };
    const beta = {
      ...withoutVolumes,
      "/apis/storage.k8s.io/v1/storageclasses": list({ metadata: { name: "old", annotations } }),
    };
    assert.equal((await fits(beta)).problem, "");
  });

  it("is left to the update where Kubernetes does not say", async () => {
    const refused = { status: 403, body: {} };
    assert.equal((await fits({ "/apis/storage.k8s.io/v1/storageclasses": refused }, openebs)).problem, "");
    const halfRefused = { ...withoutVolumes, "/api/v1/persistentvolumes": refused };
    assert.equal((await fits(halfRefused, openebs)).problem, "");
  });
});

describe("a LimitRange", () => {
  const limited = (...limits: object[]) => ({ [`${namespace}/limitranges`]: range(...limits) });
  const cases: [string, object, RegExp][] = [
    [
      "gives a limit by default that is below our request",
      { type: "Container", default: { cpu: "250m", memory: "128Mi" } },
      /namespace shop does not allow it: its LimitRange team gives containers a memory limit of 128Mi by default, less than what spec\.resources requests \(512Mi\)/,
    ],
    ["has a maximum below it", { type: "Container", max: { memory: "256Mi" } }, /at most 256Mi memory/],
    ["has a minimum above it", { type: "Container", min: { memory: "1Gi" } }, /at least 1Gi memory/],
    [
      "allows no such volume",
      { type: "PersistentVolumeClaim", max: { storage: "500Mi" } },
      /no volume of more than 500Mi/,
    ],
  ];
  for (const [name, limit, message] of cases) {
    it(`is told in preview: it ${name}`, async () => {
      assert.match((await fits(limited(limit))).problem, message);
    });
  }

  it("is met by what it gives and allows itself", async () => {
    const roomy = {
      type: "Container",
      default: { cpu: "2", memory: "2Gi" },
      max: { cpu: "4", memory: "4Gi" },
    };
    assert.equal(
      (await fits(limited(roomy, { type: "PersistentVolumeClaim", min: { storage: "1Gi" } }))).problem,
      "",
    );
  });

  it("is a warning for a database that runs, whose next pod it would refuse", async () => {
    const { problem, said } = await fits(limited({ type: "Container", default: { memory: "128Mi" } }), {
      isRunning: true,
    });
    assert.equal(problem, "");
    assert.match(said, /^Database shop\/orders runs, but its pods could not be made anew/);
  });
});

describe("a ResourceQuota", () => {
  const has = (hard: object, used?: object) => ({ [`${namespace}/resourcequotas`]: quota(hard, used) });

  it("is told in preview where it wants limits that are not set, of the sidecar as well", async () => {
    const limits = { cpu: "1", memory: "1Gi" };
    assert.match(
      (await fits(has({ "limits.memory": "4Gi" }))).problem,
      /refuses pods without memory limits\. Set spec\./,
    );
    const spec = { resources: { limits } };
    assert.match(
      (await fits(has({ "limits.cpu": "4" }), { spec })).problem,
      new RegExp(`Set ${sidecar}.limits.cpu`),
    );
    const defaults = { [`${namespace}/limitranges`]: range({ type: "Container", default: limits }) };
    assert.equal((await fits({ ...has({ "limits.cpu": "4" }), ...defaults })).problem, "");
  });

  it("is told in preview where it leaves too little", async () => {
    const spec = { instances: 3 };
    assert.match(
      (await fits(has({ "requests.storage": "2Gi" }), { spec })).problem,
      /allows 2Gi of requests\.storage, and the database needs 1Gi for each of its 3 instances/,
    );
    assert.match(
      (await fits(has({ persistentvolumeclaims: "2" }), { spec })).problem,
      /of persistentvolumeclaims/,
    );
    assert.match((await fits(has({ memory: "1Gi" }), { spec })).problem, /needs 512Mi \+ 192Mi for each/);
    assert.equal((await fits(has({ memory: "3Gi", persistentvolumeclaims: "3" }), { spec })).problem, "");
  });

  it("is a warning where others use too much of it now", async () => {
    const used = has({ "requests.storage": "4Gi" }, { "requests.storage": "2Gi" });
    const { problem, said } = await fits(used, { spec: { instances: 3 } });
    assert.equal(problem, "");
    assert.match(said, /^Database shop\/orders may not come up in namespace shop: .* 2Gi are in use, and/);
  });

  it("is no concern of a database that is there", async () => {
    const { problem, said } = await fits(has({ "requests.storage": "1Mi" }), { isRunning: true });
    assert.equal(problem + said, "");
  });
});
