import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  normalize,
  toKubernetesKeys,
  toPulumiKeys,
} from "../../../../../../lab/providers/kubernetes/objects/normalize.ts";
import { UNKNOWN } from "../../../../../../lab/providers/sdk/provider.ts";

describe("normalizing inputs", () => {
  it("turns stringData into data, over what is there", () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      data: { a: "eA==", b: "eQ==\n" },
      stringData: { a: "z" },
    };
    assert.deepEqual(normalize(secret), { apiVersion: "v1", kind: "Secret", data: { a: "eg==", b: "eQ==" } });
  });

  it("leaves a Secret alone that is not known yet", () => {
    const secret = { apiVersion: "v1", kind: "Secret", stringData: { a: UNKNOWN } };
    assert.deepEqual(normalize(secret), secret);
  });

  it("drops what only the API server writes", () => {
    const object = { metadata: { name: "a", uid: "1", managedFields: [], resourceVersion: "3" } };
    assert.deepEqual(normalize(object), { metadata: { name: "a" } });
  });

  it("writes x-kubernetes-… as the SDKs can, and back", () => {
    const pulumi = { spec: [{ x_kubernetes_preserve_unknown_fields: true, x_other: 1 }] };
    const kubernetes = { spec: [{ "x-kubernetes-preserve-unknown-fields": true, x_other: 1 }] };
    assert.deepEqual(toKubernetesKeys(pulumi), kubernetes);
    assert.deepEqual(toPulumiKeys(kubernetes), pulumi);
  });
});
