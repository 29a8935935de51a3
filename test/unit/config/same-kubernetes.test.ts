import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { anotherCluster } from "../../../config/same-kubernetes.ts";

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
});
