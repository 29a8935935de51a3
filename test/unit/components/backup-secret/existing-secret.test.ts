import assert from "node:assert/strict";
import { describe, it } from "mocha";

import {
  madeByOthers,
  reasonToRefuse,
  takenByOthers,
} from "../../../../components/backup-secret/existing-secret.ts";
import { findSecret } from "../../../../components/kubernetes/questions.ts";
import { apiServer, kubeconfigFor } from "../kubernetes/api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const declared = { S3_ACCESS_KEY_ID: "AK", S3_SECRET_ACCESS_KEY: "SK", S3_REGION: "local" };
const found = { type: "Opaque", isImmutable: false, data: declared };

describe("a Secret that is there already", () => {
  it("is taken over with the declared keys, with none, and whatever else is in it", () => {
    assert.equal(reasonToRefuse(found, declared), undefined);
    assert.equal(
      reasonToRefuse({ ...found, data: { ...declared, OTHER: "x", S3_REGION: "eu" } }, declared),
      undefined,
    );
    assert.equal(reasonToRefuse({ ...found, data: { ACCESS_KEY: "x" } }, declared), undefined);
  });

  it("is refused with other keys, which the message does not show", () => {
    const said =
      reasonToRefuse({ ...found, data: { ...declared, S3_SECRET_ACCESS_KEY: "theirs" } }, declared) ?? "";
    assert.match(said, /with other S3 keys than the declared ones \(S3_SECRET_ACCESS_KEY\)/);
    assert.doesNotMatch(said, /theirs|SK\b/);
    const toBeGenerated = { ...declared, S3_ACCESS_KEY_ID: undefined, S3_SECRET_ACCESS_KEY: undefined };
    assert.match(reasonToRefuse(found, toBeGenerated) ?? "", /\(S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY\)/);
  });

  it("is refused where Kubernetes would refuse the change", () => {
    assert.match(reasonToRefuse({ ...found, isImmutable: true }, declared) ?? "", /immutable/);
    assert.match(
      reasonToRefuse({ ...found, type: "kubernetes.io/basic-auth" }, declared) ?? "",
      /with type kubern/,
    );
  });

  it("is taken over where it was made by hand or by this component, and refused where by another one", () => {
    const of = (labels: Record<string, string>, annotations: Record<string, string> = {}) =>
      madeByOthers({ labels, annotations }, "shop", "mine");
    const byPulumi = { "pulumi.com/patchForce": "true" };
    assert.equal(of({}), undefined);
    assert.equal(of({ "cnpg-rgw/component": "mine" }, byPulumi), undefined);
    assert.match(
      of({ "cnpg-rgw/component": "another" }, byPulumi) ?? "",
      /^Secret cnpg-backup-s3 is already in namespace shop, and another stack or component made it\..*: kubectl -n shop label --overwrite secret cnpg-backup-s3 cnpg-rgw\/component=mine$/,
    );
    // Made before there was that label.
    assert.match(
      of({}, byPulumi) ?? "",
      /kubectl -n shop label secret cnpg-backup-s3 cnpg-rgw\/component=mine$/,
    );
  });

  it("is refused once it is this stack's, where another one has taken it over", () => {
    const of = (labels: Record<string, string>) => takenByOthers({ labels }, "shop", ["mine", "mine before"]);
    assert.equal(of({}), undefined);
    assert.equal(of({ "cnpg-rgw/component": "mine" }), undefined);
    // As of a stack that was renamed.
    assert.equal(of({ "cnpg-rgw/component": "mine before" }), undefined);
    const said = of({ "cnpg-rgw/component": "another" }) ?? "";
    assert.match(said, /has taken it over\..*one list only.*`pulumi up --refresh` where it stays/);
    // The engine refuses that where something depends on it, or forgets with --target-dependents all that does.
    assert.doesNotMatch(said, /state delete/);
  });

  it("is found with its values, and with what in Flux it belongs to", async () => {
    const labels = {
      "kustomize.toolkit.fluxcd.io/name": "apps",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    const data = { S3_REGION: Buffer.from("local").toString("base64") };
    const body = { metadata: { labels }, type: "Opaque", data };
    const { kubeconfig, close } = await apiServer({
      "/api/v1/namespaces/shop/secrets/s": { status: 200, body },
    });
    afterTest(close);
    assert.deepEqual(await findSecret({ kubeconfig }, "shop", "s"), {
      ...{ type: "Opaque", isImmutable: false, data: { S3_REGION: "local" } },
      flux: "Kustomization flux-system/apps",
      labels,
      annotations: {},
    });
    assert.equal(await findSecret({ kubeconfig }, "shop", "none"), undefined);
    assert.equal(await findSecret({ kubeconfig }, "no-such-namespace", "s"), undefined);
  });

  it("is not taken for absent where the cluster does not tell", async () => {
    const path = "/api/v1/namespaces/shop/secrets/s";
    for (const reply of [
      { status: 403, body: {} },
      { status: 503, body: {} },
      { status: 200, body: {} },
    ]) {
      const { kubeconfig, close } = await apiServer({ [path]: reply });
      afterTest(close);
      await assert.rejects(findSecret({ kubeconfig }, "shop", "s"));
    }
    await assert.rejects(findSecret({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }, "shop", "s"));
    await assert.rejects(findSecret({ kubeconfig: "no kubeconfig: [" }, "shop", "s"));
  });
});
