import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { brokenOff, trouble } from "../../../../components/operator/release-trouble.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const release = { name: "cnpg", namespace: "cnpg-system" };
const records =
  "/api/v1/namespaces/cnpg-system/secrets?labelSelector=" +
  encodeURIComponent("owner=helm,name=cnpg,status in (pending-install,pending-upgrade,pending-rollback)");
const warnings = "/api/v1/namespaces/cnpg-system/events?fieldSelector=type%3DWarning";

async function clusterWith(path: string, items: unknown[]): Promise<{ kubeconfig: string }> {
  const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body: { items } } });
  afterTest(close);
  return { kubeconfig };
}

describe("brokenOff", () => {
  it("names the record over which Helm was broken off, and the command that removes it", async () => {
    const metadata = {
      name: "sh.helm.release.v1.cnpg.v2",
      creationTimestamp: "2026-11-22T10:00:00Z",
      labels: { status: "pending-upgrade", version: "2" },
    };
    assert.match(
      (await brokenOff(await clusterWith(records, [{ metadata }]), release, 0)) ?? "",
      /state pending-upgrade since 2026-11-22T10:00:00.*kubectl -n cnpg-system delete secret sh\.helm\.release\.v1\.cnpg\.v2/,
    );
  });

  it("has nothing to say of a record that Helm has gone on after, as by a rollback", async () => {
    const record = (version: number) => ({
      metadata: {
        name: `sh.helm.release.v1.cnpg.v${version}`,
        creationTimestamp: "2026-11-22T10:00:00Z",
        labels: { status: "pending-upgrade", version: String(version) },
      },
    });
    const next =
      "/api/v1/namespaces/cnpg-system/secrets?labelSelector=" +
      `${encodeURIComponent("owner=helm,name=cnpg,version=4")}&limit=1`;
    const having = async (...more: unknown[]) => {
      const { kubeconfig, close } = await apiServer({
        [records]: { status: 200, body: { items: [record(1), record(3), record(2)] } },
        [next]: { status: 200, body: { items: more } },
      });
      afterTest(close);
      return { kubeconfig };
    };
    assert.equal(await brokenOff(await having({}), release, 0), undefined);
    assert.match(
      (await brokenOff(await having(), release, 0)) ?? "",
      /delete secret sh\.helm\.release\.v1\.cnpg\.v3/,
    );
  });

  it("has nothing to say where there is none, and where the API server does not answer", async () => {
    assert.equal(await brokenOff(await clusterWith(records, []), release, 0), undefined);
    assert.equal(await brokenOff({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }, release, 0), undefined);
  });
});

describe("trouble", () => {
  const event = (message: string, more: object = {}) => ({
    involvedObject: { kind: "Pod", name: "cnpg-cloudnative-pg-1" },
    reason: "Failed",
    message,
    lastTimestamp: new Date().toISOString(),
    ...more,
  });

  it("names the image that cannot be pulled, whatever else there is", async () => {
    const events = [event('Failed to pull image "localhost/not-there:1": no such host'), event("Back-off")];
    assert.match(
      (await trouble(await clusterWith(warnings, events), release)) ?? "",
      /Pod cnpg-cloudnative-pg-1: Failed to pull image "localhost\/not-there:1".*Correct the name of the image/,
    );
  });

  it("else quotes the last warning, and says where there are more", async () => {
    const events = [event("MountVolume.SetUp failed")];
    assert.match(
      (await trouble(await clusterWith(warnings, events), release)) ?? "",
      /MountVolume\.SetUp failed\. Find out more: kubectl -n cnpg-system get pods,events\./,
    );
  });

  it("advises on what keeps a pod from being made or placed", async () => {
    for (const [said, advice] of [
      ['pods "cnpg-1" is forbidden: exceeded quota: small', /ResourceQuota/],
      [
        'pods "cnpg-1" is forbidden: violates PodSecurity "restricted:latest"',
        /pod-security\.kubernetes\.io/,
      ],
      ["0/1 nodes are available: 1 Insufficient memory.", /request less/],
    ] as const) {
      assert.match((await trouble(await clusterWith(warnings, [event(said)]), release)) ?? "", advice);
    }
  });

  it("says nothing of other objects, of what is long over, and without events", async () => {
    const events = [
      event("x", { involvedObject: { kind: "Pod", name: "other" } }),
      event("x", { lastTimestamp: "2020-01-01T00:00:00Z" }),
    ];
    assert.equal(await trouble(await clusterWith(warnings, events), release), undefined);
  });
});
