import assert from "node:assert/strict";
import { after, describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { anotherKubernetes, requireSameKubernetes } from "../../../config/same-kubernetes.ts";
import { apiServer, kubeconfigFor } from "../components/kubernetes/api-server.ts";
import { afterTest, mockMethod } from "../../support/after-test.ts";
import { withoutMocks } from "../mocks.ts";

const urn = "urn:pulumi:homelab::cnpg-rgw::pulumi:index:Stash::kubernetes-cluster";

const uses = { operator: { enabled: true }, barmanPlugin: { enabled: true }, namespaces: [] };

/** A stack that was told this UID in its first update. */
function withState(output: string, isPreview = false): Promise<void> {
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => {
    const given = z.record(z.string(), z.unknown()).parse(inputs);
    return { id: name, state: { ...given, output } };
  };
  return pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "cnpg-rgw", "test", isPreview);
}

describe("another Kubernetes cluster", () => {
  after(withoutMocks);

  it("is one of another UID, and nothing else", () => {
    assert.equal(anotherKubernetes("a", "a", urn), undefined);
    // It did not tell in the update before.
    assert.equal(anotherKubernetes("", "a", urn), undefined);
    assert.equal(anotherKubernetes(undefined, "a", urn), undefined);
  });

  it("is said with both UIDs and the three ways to go on", () => {
    const said = anotherKubernetes("a", "b", urn) ?? "";
    assert.match(said, /kube-system is b, and was a\. Nothing has been changed/);
    assert.match(said, /\n {6}pulumi config set kubernetes:context NAME\n/);
    assert.match(said, /\n {6}pulumi stack init NAME\n/);
    assert.match(
      said,
      /\n {6}pulumi state delete --force 'urn:.*::kubernetes-cluster' && pulumi up --refresh$/,
    );
  });

  it("is refused by what the state keeps, too, for an update of other targets runs no hook", async () => {
    const path = "/api/v1/namespaces/kube-system";
    const body = { metadata: { uid: "b" } };
    const { kubeconfig, close } = await apiServer({ [path]: { status: 200, body } });
    afterTest(close);
    await withState("a");
    await assert.rejects(requireSameKubernetes(uses, true, { kubeconfig }), /kube-system is b, and was a/);
    for (const known of ["b", ""]) {
      await withState(known);
      await requireSameKubernetes(uses, true, { kubeconfig });
    }
  });

  it("is not ruled out where it may not be asked, or does not answer a preview: both warn", async () => {
    const warn = mockMethod(pulumi.log, "warn", () => Promise.resolve());
    const mute = await apiServer({ "/api/v1/namespaces/kube-system": { status: 403, body: {} } });
    afterTest(mute.close);
    for (const [kubeconfig, isPreview] of [
      [mute.kubeconfig, false],
      [kubeconfigFor("http://127.0.0.1:1"), true],
    ] as const) {
      await withState("a", isPreview);
      await requireSameKubernetes(uses, true, { kubeconfig });
    }
    const said = warn.map(([message]) => message);
    assert.equal(said.length, 2);
    assert.match(
      said[0] ?? "",
      /so another one would not be noticed .*the right to get the namespace kube-system/,
    );
    assert.match(said[1] ?? "", /Run `pulumi up` again when Kubernetes answers/);
  });
});
