import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { anotherCluster, requireSameKubernetes } from "../../../config/same-kubernetes.ts";
import { apiServer } from "../components/cnpg/api-server.ts";

const urn = "urn:pulumi:homelab::cnpg-rgw::pulumi:index:Stash::kubernetes-cluster";

describe("another Kubernetes cluster", () => {
  it("is one of another UID, and nothing else", () => {
    assert.equal(anotherCluster("a", "a", urn), undefined);
    // It did not tell in the update before.
    assert.equal(anotherCluster("", "a", urn), undefined);
    assert.equal(anotherCluster(undefined, "a", urn), undefined);
  });

  it("is said with both UIDs and the three ways to go on", () => {
    const said = anotherCluster("a", "b", urn) ?? "";
    assert.match(said, /kube-system is b, and was a\. Nothing has been made here/);
    assert.match(said, /\n {6}pulumi config set kubernetes:context NAME\n/);
    assert.match(said, /\n {6}pulumi stack init NAME\n/);
    assert.match(
      said,
      /\n {6}pulumi state delete --force 'urn:.*::kubernetes-cluster' && pulumi up --refresh$/,
    );
  });

  it("is refused by what the state keeps, too, for an update of other targets runs no hook", async (t) => {
    const path = "/api/v1/namespaces/kube-system";
    const body = { metadata: { uid: "b" } };
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body } });
    t.after(close);
    const uses = { operator: { enabled: true }, barmanPlugin: { enabled: true }, namespaces: [] };
    const withState = (output: string) =>
      pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => ({ id: name, state: Object.assign({}, inputs, { output }) }),
        call: () => ({}),
      });
    await withState("a");
    await assert.rejects(requireSameKubernetes(uses, true, { kubeconfig }), /kube-system is b, and was a/);
    for (const known of ["b", ""]) {
      await withState(known);
      await requireSameKubernetes(uses, true, { kubeconfig });
    }
  });
});
