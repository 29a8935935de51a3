import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { ownerLabelOf } from "../../../../../components/kubernetes/owner.ts";
import type { Plan } from "../../../../../components/postgres/plan/plan.ts";
import { approved, situationOf } from "../../../../../components/postgres/preflight/approved.ts";
import {
  changeVerdict,
  creationVerdict,
  storeVerdict,
} from "../../../../../components/postgres/preflight/engine-word.ts";
import type { Situation } from "../../../../../components/postgres/preflight/judge.ts";
import { judgeBucket } from "../../../../../components/postgres/preflight/judge-bucket.ts";
import {
  type Connections,
  observeBucket,
} from "../../../../../components/postgres/preflight/observe-bucket.ts";
import { tell } from "../../../../../components/postgres/preflight/verdict.ts";
import { recordedResources, valueOf } from "../../../mocks.ts";
import { wholeSegment } from "../../archive/packed-segment.ts";
import { useFakeS3 } from "../../s3/use-fake-s3.ts";
import { type Reply, fakeKubernetes, items, ok } from "../wait/fake-kubernetes.ts";
import { clusterObject } from "../wait/objects.ts";
import { backupInfo } from "../../archive/archives.ts";
import { planned } from "../plans.ts";
import { listen } from "../said.ts";

recordedResources();

const plugin = {
  name: "barman-cloud.cloudnative-pg.io",
  parameters: { barmanObjectName: "orders", serverName: "orders" },
};
const withPlugin = () => ok(clusterObject({}, { plugins: [plugin] }));

const declared = { isProtected: true, isClassOfResource: false };
const compared = (
  plan: Plan,
  kubernetes: { kubeconfig: string } | undefined,
  component: pulumi.ComponentResource,
  isProtected = true,
) => situationOf(plan, kubernetes, component, { ...declared, isProtected });
const bucketProblemOf = async (
  found: Situation,
  connections: Connections,
  component: pulumi.ComponentResource,
) => {
  const seen = await observeBucket(found, connections);
  return tell(judgeBucket(found, seen, { isPreview: false, now: new Date() }), component);
};

describe("a plan beside what Kubernetes has", () => {
  const beside = async (replies: Parameters<typeof fakeKubernetes>[0], plan: Plan = planned()) => {
    const { component } = listen();
    return compared(plan, await fakeKubernetes(replies), component);
  };

  it("knows of a new database that there is none, with the volumes of an earlier one", async () => {
    const claim = { name: "orders-1", annotations: { "cnpg.io/nodeSerial": "1" } };
    const found = await beside({ claims: () => items({ metadata: claim }) });
    assert.equal(found.live.state, "absent");
    assert.deepEqual(found.volumes, ["orders-1"]);
  });

  it("knows nothing where it may not ask, or is not answered", async () => {
    const refused = await beside({ resource: () => ({ status: 403, body: {} }) });
    assert.equal(refused.live.state, "unknown");
    assert.equal((await compared(planned(), undefined, listen().component)).live.state, "unknown");
  });

  it("sees that the place of its backups changes: of the plugin's ObjectStore, or in-tree", async () => {
    const here = "http://10.0.0.10:7480";
    const storeAt = (destinationPath: string, endpointURL = here) =>
      ok({ spec: { configuration: { destinationPath, endpointURL } } });
    const move = async (objectStore: Reply, path = "/lab") =>
      (await beside({ resource: withPlugin, objectStore: () => objectStore }, planned({ path }))).move;
    assert.equal(await move(storeAt("s3://cnpg-backups/lab/orders")), undefined);
    assert.equal(await move(storeAt("s3://cnpg-backups//lab/orders/")), undefined, "the same place");
    assert.deepEqual(await move(storeAt("s3://cnpg-backups/lab/orders"), "/new"), {
      isAddress: false,
      from: "s3://cnpg-backups/lab/orders/orders",
      to: "s3://cnpg-backups/new/orders/orders",
    });
    assert.equal((await move(storeAt("s3://old/lab/orders")))?.from, "s3://old/lab/orders/orders");
    assert.deepEqual(await move(storeAt("s3://cnpg-backups/lab/orders", "http://other:7480")), {
      isAddress: true,
      from: "http://other:7480",
      to: here,
    });
    assert.equal((await beside({ resource: withPlugin })).move, undefined, "no answer");
    const inTree = async (destinationPath: string, endpointURL = here) => {
      const backup = { barmanObjectStore: { destinationPath, endpointURL } };
      return (await beside({ resource: () => ok(clusterObject({}, { backup })) })).move?.from;
    };
    assert.equal(await inTree("s3://cnpg-backups/lab/orders"), undefined);
    assert.equal(await inTree("s3://cnpg-backups/lab/orders", "http://other:7480"), "http://other:7480");
    assert.equal(await inTree("s3://cnpg-backups/orders"), "s3://cnpg-backups/orders/orders");
  });

  it("goes to a new place under another server name, with a newer major version of PostgreSQL", async () => {
    const resource = () => ok(clusterObject({}, { plugins: [plugin], imageName: "postgresql:17.6" }));
    const plan = (serverName?: string) =>
      planned({ imageName: "postgresql:18.1", ...(serverName !== undefined && { serverName }) });
    await assert.rejects(beside({ resource }, plan()), /Set backup\.serverName.* such as "orders-pg18"/);
    const { move } = await beside({ resource }, plan("orders-pg18"));
    assert.equal(move?.to, "s3://cnpg-backups/lab/orders/orders-pg18");
  });

  it("needs one for a newer version of an image catalog as well", async () => {
    const catalog = (major: number) => ({
      imageCatalogRef: { apiGroup: "postgresql.cnpg.io", kind: "ImageCatalog", name: "ours", major },
    });
    const resource = () => ok(clusterObject({}, { plugins: [plugin], ...catalog(17) }));
    const plan = (serverName?: string) =>
      planned({ spec: catalog(18), ...(serverName !== undefined && { serverName }) });
    await assert.rejects(beside({ resource }, plan()), /Set backup\.serverName.* such as "orders-pg18"/);
    assert.ok((await beside({ resource }, plan("orders-pg18"))).move);
  });

  it("warns of a recovery where it may not ask for the volumes of an earlier one", async () => {
    const { component, said } = listen();
    const cluster = await fakeKubernetes({ claims: () => ({ status: 403, body: {} }) });
    await compared(planned(), cluster, component);
    assert.deepEqual(await said(), []);
    await compared(planned({ recovery: {} }), cluster, component);
    assert.match((await said()).join(), /^warning: Could not ask for volumes of an earlier orders/);
  });

  it("refuses what a running Cluster cannot become", async () => {
    const resource = () => ok(clusterObject({}, { storage: { size: "2Gi" } }));
    await assert.rejects(beside({ resource }), /shop\/orders: the storage is 2Gi and cannot shrink to 1Gi/);
  });

  it("warns of another StorageClass, which volumes that are there do not follow", async () => {
    const { component, said } = listen();
    const storage = { size: "1Gi", storageClass: "local" };
    const resource = () => ok(clusterObject({}, { storage }));
    const metadata = { name: "orders-1", labels: { "cnpg.io/pvcRole": "PG_DATA" } };
    const claims = (storageClassName: string) => () => items({ metadata, spec: { storageClassName } });
    const beside = async (replies: Parameters<typeof fakeKubernetes>[0]) =>
      compared(planned(), await fakeKubernetes({ resource, ...replies }), component);
    await beside({});
    assert.deepEqual(await said(), [], "nobody tells");
    await beside({ claims: claims("local") });
    assert.match(
      (await said()).join(),
      /^warning: Database shop\/orders gets its next volumes from the default StorageClass; those that it has stay in local\./,
    );
  });

  it("refuses another name or namespace of its Cluster, and asks for its own by label", async () => {
    const { component } = listen();
    const owner = await ownerLabelOf(component);
    const labelled = (metadata: object) => ({
      metadata: { name: "orders", namespace: "shop", labels: { "cnpg-rgw/component": owner }, ...metadata },
    });
    const seen = async (list: Parameters<typeof fakeKubernetes>[0]["list"]) =>
      compared(planned(), await fakeKubernetes(list ? { list } : {}), component);
    for (const [metadata, is] of [
      [{ name: "old" }, "shop/old"],
      [{ namespace: "elsewhere" }, "elsewhere/orders"],
    ] as const) {
      await assert.rejects(
        seen(() => items(labelled(metadata))),
        (error) =>
          error instanceof Error &&
          error.message.startsWith(`Database ${is} cannot become shop/orders: Kubernetes would delete it`),
      );
    }
    const others = { labels: { "cnpg-rgw/component": "another" }, name: "old" };
    for (const fine of [() => items(labelled({})), () => items(), () => items(labelled(others))]) {
      assert.equal((await seen(fine)).live.state, "absent");
    }
    assert.match(owner, /^[0-9a-f]{40}$/);
  });

  it("refuses another name in its namespace where those of all namespaces may not be listed", async () => {
    const { component, said } = listen();
    const forbidden = { status: 403, body: {} };
    const labels = { "cnpg-rgw/component": await ownerLabelOf(component) };
    const old = { metadata: { name: "old", namespace: "shop", labels } };
    const seen = async (listHere: () => Reply, isProtected: boolean) => {
      const cluster = await fakeKubernetes({ list: () => forbidden, listHere });
      return compared(planned(), cluster, component, isProtected);
    };
    await assert.rejects(
      seen(() => items(old), false),
      /Database shop\/old cannot become shop\/orders/,
    );
    assert.equal((await seen(() => items(), false)).live.state, "absent", "least privilege is enough");
    assert.match(
      (await said()).join(),
      /in another namespace than shop, which would be deleted \(HTTP 403\)/,
    );
    // Without any list, the engine alone keeps a protected one.
    assert.equal((await seen(() => forbidden, true)).live.state, "absent");
    await assert.rejects(
      seen(() => forbidden, false),
      /the right to list clusters\.postgresql\.cnpg\.io/,
    );
  });

  it("leaves the place of backups to what the engine made where the ObjectStore may not be read", async () => {
    const replies = { resource: withPlugin, objectStore: () => ({ status: 403, body: {} }) };
    const found = await beside(replies);
    assert.equal(found.isPlaceUnknown, true);
    const target = {
      endpoint: "http://127.0.0.1:1",
      region: "x",
      accessKeyId: "x",
      secretAccessKey: "x",
      caBundle: undefined,
    };
    const before = { spec: { configuration: { destinationPath: "s3://cnpg-backups/old/orders" } } };
    assert.match(
      (await storeVerdict(found, { target, source: target }, before)).problem ?? "",
      /S3/,
      "it looks into the new place",
    );
  });
});

describe("the buckets, by the state of the Cluster", () => {
  const s3 = useFakeS3();
  const occupy = () =>
    s3.store.objects.set("lab/orders/orders/wals/0000000100000000/000000010000000000000001", "x");
  const putCompleteBackup = () => {
    const day = new Date(Date.now() - 60_000).toISOString().slice(0, 19).replace("T", " ");
    const times = { begin_time: day, end_time: day };
    s3.store.objects.set("lab/orders/orders/base/20261122T100000/backup.info", backupInfo(22, times));
    s3.store.objects.set("lab/orders/orders/base/20261122T100000/data.tar", "x");
  };
  const connections = () => ({ target: s3.connection, source: s3.connection });
  const none = { move: undefined, volumes: [] };
  const unknown = { plan: planned(), live: { state: "unknown" } as const, ...none };
  const absent = { plan: planned(), live: { state: "absent" } as const, ...none };
  const present = {
    ...none,
    plan: planned(),
    live: {
      state: "present",
      namespace: "shop",
      name: "orders",
      isBeingDeleted: false,
      instances: 1,
    } as const,
  };

  it("are looked into at once for a Cluster that is absent", async () => {
    const { component } = listen();
    occupy();
    assert.match((await bucketProblemOf(absent, connections(), component)) ?? "", /holds WAL or backups/);
    assert.equal((await creationVerdict(absent, connections())).problem, undefined, "once is enough");
  });

  it("are looked into when the Cluster is made, where nobody knows whether it is there", async () => {
    const { component } = listen();
    occupy();
    assert.equal(await bucketProblemOf(unknown, connections(), component), undefined);
    assert.deepEqual(s3.store.requests, []);
    assert.match((await creationVerdict(unknown, connections())).problem ?? "", /holds WAL or backups/);
    // The second up of a database whose own WAL is there: the engine makes nothing, and so asks nothing.
    const plan = pulumi.output(planned());
    const found = await valueOf(approved(plan, pulumi.output(connections()), undefined, component, declared));
    assert.equal(found.live.state, "unknown");
  });

  it("warn of a running database without a base backup, and of nothing else", async () => {
    const { component, said } = listen();
    occupy();
    assert.equal(await bucketProblemOf(present, connections(), component), undefined);
    assert.match((await said()).join(), /^warning: Database shop\/orders has no base backup at s3:\/\//);
    putCompleteBackup();
    assert.equal(await bucketProblemOf(present, connections(), component), undefined);
    s3.store.errors.push({ when: /./, status: 500, code: "InternalError" });
    assert.equal(await bucketProblemOf(present, connections(), component), undefined);
    assert.equal((await said()).length, 1);
    assert.equal((await creationVerdict(present, connections())).problem, undefined);
  });

  it("warn of a running database that is to archive to a new place, which must be empty", async () => {
    const { component, said } = listen();
    const [from, to] = ["s3://cnpg-backups/old/orders/orders", "s3://cnpg-backups/lab/orders/orders"];
    const moving = { ...present, move: { isAddress: false, from, to } };
    assert.equal(await bucketProblemOf(moving, connections(), component), undefined);
    assert.match(
      (await said()).join(),
      /^warning: Database shop\/orders archives to s3:\/\/cnpg-backups\/lab\/orders\/orders from now on, and takes a base backup there at once\. What it has at s3:\/\/cnpg-backups\/old\/orders\/orders stays there/,
    );
    occupy();
    const problem = await bucketProblemOf(moving, connections(), component);
    assert.match(
      problem ?? "",
      /archives to s3:\/\/cnpg-backups\/old\/orders\/orders, .*lab\/orders\/orders, which holds WAL or backups already.*Keep the current bucket/,
    );
    s3.store.errors.push({ when: /./, status: 404, code: "NoSuchBucket" });
    assert.match((await bucketProblemOf(moving, connections(), component)) ?? "", /does not exist/);
    assert.equal((await said()).length, 1);
  });

  const toAddress = (systemId?: string) => ({
    ...present,
    move: { isAddress: true, from: "http://old:7480", to: "http://10.0.0.10:7480", systemId },
  });
  const segment = "lab/orders/orders/wals/0000000100000000/000000010000000000000001.zst";

  it("may be those of another store where its address changes, so they need not be empty", async () => {
    const { component, said } = listen();
    assert.equal(await bucketProblemOf(toAddress("1"), connections(), component), undefined);
    const [empty = ""] = await said();
    assert.match(
      empty,
      /^warning: .* store at http:\/\/10\.0\.0\.10:7480 from now on, and no longer to http:\/\/old:7480/,
    );
    assert.doesNotMatch(empty, /could not be told/);
    s3.store.objects.set("lab/orders/orders/base/20261122T100000/backup.info", "systemid=1\n");
    assert.equal(await bucketProblemOf(toAddress("1"), connections(), component), undefined, "its own");
    assert.doesNotMatch((await said())[1] ?? "", /could not be told/);
    assert.equal(await bucketProblemOf(toAddress(), connections(), component), undefined);
    assert.match((await said())[2] ?? "", /Whose backups s3:\S+ holds there could not be told/);
  });

  it("are refused at another address where they are of another database, by a base backup or by WAL", async () => {
    const { component, said } = listen();
    const refused =
      /archives to the store at http:\/\/old:7480, .*holds backups of another database \(system identifier 2; that of this one is 1\)/;
    s3.store.objects.set("lab/orders/orders/base/20261122T100000/backup.info", "systemid=2\n");
    assert.match((await bucketProblemOf(toAddress("1"), connections(), component)) ?? "", refused);
    s3.store.objects.clear();
    s3.store.objects.set(segment, wholeSegment("000000010000000000000001", { systemId: "2" }));
    assert.match((await bucketProblemOf(toAddress("1"), connections(), component)) ?? "", refused);
    s3.store.objects.set(segment, "no WAL");
    assert.equal(await bucketProblemOf(toAddress("1"), connections(), component), undefined);
    assert.match((await said()).join(), /could not be told/);
  });

  it("are guarded by what the engine knows where Kubernetes does not say what the Cluster is", async () => {
    listen();
    const change = async (plan: Plan, before: unknown, live: Situation["live"] = { state: "unknown" }) =>
      (await changeVerdict({ ...none, plan, live }, connections(), before)).problem;
    const before = (serverName: string) => ({
      metadata: { name: "orders", namespace: "shop" },
      spec: { plugins: [{ ...plugin, parameters: { ...plugin.parameters, serverName } }] },
    });
    assert.equal(await change(planned(), before("orders")), undefined);
    assert.equal(await change(planned(), { metadata: undefined, spec: undefined }), undefined);
    assert.match(
      (await change(planned(), before("orders-2"))) ?? "",
      /archives as "orders-2", and the plan says/,
    );
    assert.equal(await change(planned(), before("orders-2"), present.live), undefined, "asked before");
    const inTree = {
      metadata: { name: "orders", namespace: "shop" },
      spec: { backup: { barmanObjectStore: { destinationPath: "s3://cnpg-backups/old/orders" } } },
    };
    const plan = planned({ method: "barmanObjectStore" });
    assert.equal(await change(plan, inTree), undefined);
    occupy();
    assert.match((await change(plan, inTree)) ?? "", /which holds WAL or backups already/);
  });

  it("are guarded likewise where the ObjectStore is to point elsewhere", async () => {
    listen();
    const change = async (before: unknown, live: Situation["live"] = { state: "unknown" }) =>
      (await storeVerdict({ ...none, plan: planned(), live }, connections(), before)).problem;
    const at = (destinationPath: string) => ({ spec: { configuration: { destinationPath } } });
    occupy();
    assert.equal(await change(at("s3://cnpg-backups/lab/orders")), undefined, "the same place");
    assert.equal(await change({ spec: undefined }), undefined);
    const old = at("s3://cnpg-backups/old/orders");
    assert.match(
      (await change(old)) ?? "",
      /archives to s3:\/\/cnpg-backups\/old\/orders\/orders, .*already/,
    );
    assert.equal(await change(old, present.live), undefined, "asked before");
  });

  it("are told apart by the Cluster's system identifier where just the ObjectStore may not be read", async () => {
    listen();
    s3.store.objects.set("lab/orders/orders/base/20261122T100000/backup.info", "systemid=2\n");
    const live = { ...present.live, systemId: "1" };
    const configuration = { destinationPath: "s3://cnpg-backups/lab/orders", endpointURL: "http://old:7480" };
    const before = { spec: { configuration } };
    const known = { ...none, plan: planned(), live, isPlaceUnknown: true };
    assert.match(
      (await storeVerdict(known, connections(), before)).problem ?? "",
      /holds backups of another database \(system identifier 2; that of this one is 1\)/,
    );
  });
});
