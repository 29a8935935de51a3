import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { alreadyThere, crdsOfAnother, inTheWay } from "../../../../components/operator/adopt-release.ts";
import {
  findOperator,
  hasRelease,
  ownerOfDefinitions,
} from "../../../../components/operator/existing-operator.ts";
import { recordResources, withoutMocks } from "../../mocks.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const webhooks =
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/cnpg-validating-webhook-configuration";
const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/clusters.postgresql.cnpg.io";

const ofHelm = {
  labels: { "app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "cloudnative-pg-0.28.0" },
  annotations: {
    "meta.helm.sh/release-name": "cloudnative-pg",
    "meta.helm.sh/release-namespace": "postgres",
  },
};
const ofFlux = {
  ...ofHelm,
  labels: {
    ...ofHelm.labels,
    "helm.toolkit.fluxcd.io/name": "cnpg",
    "helm.toolkit.fluxcd.io/namespace": "flux-system",
  },
};
const webhooksIn = (namespace: string, metadata: object) => ({
  [webhooks]: {
    status: 200,
    body: {
      metadata,
      webhooks: [{ clientConfig: { service: { name: "cnpg-webhook-service", namespace } } }],
    },
  },
});

async function clusterWith(replies: Parameters<typeof apiServer>[0]) {
  const { kubeconfig, close } = await apiServer(replies);
  afterTest(close);
  return { kubeconfig };
}

const release = { name: "cloudnative-pg", namespace: "postgres" };

const records = (state: string) =>
  `/api/v1/namespaces/postgres/secrets?labelSelector=${encodeURIComponent(`owner=helm,name=cloudnative-pg,${state}`)}`;
const pendingRecords = records("status in (pending-install,pending-upgrade,pending-rollback)");
const liveRecords = `${records("status notin (uninstalled,superseded)")}&limit=1`;
const items = (...list: unknown[]) => ({ status: 200, body: { items: list } });

describe("findOperator", () => {
  it("knows one of Helm, of Flux, and of neither", async () => {
    const ask = async (metadata: object) => findOperator(await clusterWith(webhooksIn("postgres", metadata)));
    const found = { namespace: "postgres", release, chart: "cloudnative-pg-0.28.0" };
    assert.deepEqual(await ask(ofHelm), { ...found, flux: undefined });
    assert.deepEqual(await ask(ofFlux), { ...found, flux: "HelmRelease flux-system/cnpg" });
    const unknown = { release: undefined, chart: undefined, flux: undefined };
    assert.deepEqual(await ask({}), { namespace: "postgres", ...unknown });
  });

  it("knows one of OLM, which gives its webhooks a name of its own", async () => {
    const [path] = webhooks.split("/cnpg-validating");
    const service = { name: "cnpg-webhook-service", namespace: "operators" };
    const webhook = { clientConfig: { service }, rules: [{ apiGroups: ["postgresql.cnpg.io"] }] };
    const others = { clientConfig: { url: "https://x" }, rules: [{ apiGroups: [""] }] };
    const list = items({ metadata: {}, webhooks: [others] }, { metadata: {}, webhooks: [webhook] });
    assert.equal((await findOperator(await clusterWith({ [path ?? ""]: list })))?.namespace, "operators");
    const said = await inTheWay(
      await clusterWith({ [path ?? ""]: list, [crd]: { status: 200, body: { metadata: {} } } }),
      release,
    );
    assert.match(said ?? "", /already has an operator, in namespace operators/);
    assert.doesNotMatch(said ?? "", /annotate/);
  });

  it("finds none where there is none, and fails where the cluster does not tell", async () => {
    const forbidden = { [webhooks]: { status: 403, body: {} } };
    assert.equal(await findOperator(await clusterWith({})), undefined);
    await assert.rejects(findOperator(await clusterWith(forbidden)), /HTTP 403/);
    await assert.rejects(findOperator({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }), /ECONNREFUSED/);
  });
});

describe("ownerOfDefinitions", () => {
  it("is the release that Helm says, or none", async () => {
    const ask = async (metadata: object) =>
      ownerOfDefinitions(await clusterWith({ [crd]: { status: 200, body: { metadata } } }));
    assert.deepEqual(await ask(ofHelm), { release });
    assert.deepEqual(await ask({ annotations: ofHelm.annotations }), { release: undefined });
    assert.equal(await ownerOfDefinitions(await clusterWith({})), undefined);
    await assert.rejects(ownerOfDefinitions(await clusterWith({ [crd]: { status: 500, body: {} } })));
  });
});

describe("hasRelease", () => {
  it("asks for records that are neither of the past nor of a release that was uninstalled", async () => {
    const path = liveRecords;
    assert.equal(await hasRelease(await clusterWith({ [path]: items({}) }), release), true);
    assert.equal(await hasRelease(await clusterWith({ [path]: items() }), release), false);
    assert.equal(await hasRelease(await clusterWith({}), release), false);
    await assert.rejects(hasRelease(await clusterWith({ [path]: { status: 403, body: {} } }), release));
  });
});

describe("what to do about an operator that is there already", () => {
  const found = { namespace: "postgres", release, chart: "cloudnative-pg-0.28.0", flux: undefined };

  it("is to adopt a Helm release, with Flux suspended first", () => {
    assert.match(
      alreadyThere(found),
      /Helm release cloudnative-pg in namespace postgres \(chart cloudnative-pg-0\.28\.0\)\. .*pulumi config set --path cnpg-rgw:operator\.adopt\.release cloudnative-pg && pulumi config set --path cnpg-rgw:operator\.namespace postgres/,
    );
    assert.match(
      alreadyThere({ ...found, flux: "HelmRelease flux-system/cnpg" }),
      /Flux \(HelmRelease .*suspend that first/,
    );
  });

  it("is to leave a Helm release alone as well, where others go on looking after it", () => {
    assert.match(
      alreadyThere(found),
      /another stack or tool .*keep it and do not use CnpgOperator .*\(pulumi config set --path cnpg-rgw:operator\.enabled false && pulumi config set --path cnpg-rgw:operator\.namespace postgres\)$/,
    );
  });

  it("is to leave alone one of a manifest, and in no case to delete its CRDs", () => {
    const said = alreadyThere({ ...found, release: undefined });
    assert.match(said, /operator\.enabled false && .*operator\.namespace postgres.*never its CRDs/);
  });

  it("is to take over the name of the release whose CRDs are left, or to hand them over", () => {
    assert.equal(crdsOfAnother(release, release), undefined);
    assert.match(
      crdsOfAnother(release, { ...release, name: "cnpg" }) ?? "",
      /operator\.adopt\.release cloudnative-pg/,
    );
    assert.match(
      crdsOfAnother(undefined, release) ?? "",
      /kubectl annotate \$crds .*release-name=cloudnative-pg/,
    );
  });
});

describe("what is in the way of a release", () => {
  const pending = {
    metadata: {
      name: "sh.helm.release.v1.cloudnative-pg.v1",
      creationTimestamp: "2026-11-22T10:00:00Z",
      labels: { status: "pending-install", version: "1" },
    },
  };
  const broken = {
    ...webhooksIn("postgres", ofHelm),
    [pendingRecords]: items(pending),
    [liveRecords]: items({}),
  };

  it("is, in a preview already, the record of a Helm that was broken off over it", async () => {
    await recordResources({ preview: true });
    afterTest(withoutMocks);
    const said = await inTheWay(await clusterWith(broken), release);
    assert.match(
      said ?? "",
      /state pending-install since .*delete secret sh\.helm\.release\.v1\.cloudnative-pg\.v1/,
    );
  });

  it("is nothing once that record is removed", async () => {
    const removed = { ...broken, [pendingRecords]: items(), [liveRecords]: items() };
    assert.equal(await inTheWay(await clusterWith(removed), release), undefined);
  });

  it("is an operator whose release is another one, or is whole", async () => {
    const other = { ...release, name: "cnpg" };
    const whole = { ...broken, [pendingRecords]: items() };
    for (const [replies, wanted] of [
      [whole, release],
      [broken, other],
      [broken, undefined],
    ] as const) {
      assert.match(
        (await inTheWay(await clusterWith(replies), wanted)) ?? "",
        /^Kubernetes already has an operator/,
      );
    }
  });

  it("is the history of a release that was uninstalled", async () => {
    const history = { [`${records("status=uninstalled")}&limit=1`]: items({}) };
    const said = await inTheWay(await clusterWith(history), release);
    assert.match(
      said ?? "",
      /uninstalled with --keep-history.*: kubectl -n postgres delete secret -l owner=helm,name=cloudnative-pg$/,
    );
  });

  it("is a release of its name without an operator, such as one of another chart", async () => {
    const said = await inTheWay(await clusterWith({ [liveRecords]: items({}) }), release);
    assert.match(
      said ?? "",
      /^Helm already has a release cloudnative-pg .*adopt\.release.*Or install the operator under another name: .*adopt\.release cloudnative-pg-operator/,
    );
  });

  it("is nothing where there is no operator, and the CRDs of an earlier one are of the same release", async () => {
    assert.equal(await inTheWay(await clusterWith({}), release), undefined);
    const crds = { [crd]: { status: 200, body: { metadata: ofHelm } } };
    assert.equal(await inTheWay(await clusterWith(crds), release), undefined);
    assert.match(
      (await inTheWay(await clusterWith(crds), { ...release, name: "cnpg" })) ?? "",
      /^The operator's CRDs belong to/,
    );
  });
});
