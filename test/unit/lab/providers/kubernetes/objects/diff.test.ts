import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { diffObject } from "../../../../../../lab/providers/kubernetes/objects/diff.ts";
import { isObject, UNKNOWN, type Props } from "../../../../../../lab/providers/sdk/provider.ts";

const immutable = { enableSecretMutable: false, enableConfigMapMutable: false };
const mutable = { enableSecretMutable: true, enableConfigMapMutable: true };

function secret(data: Props, more: Props = {}): Props {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "n" }, data, ...more };
}

function live(inputs: Props): Props {
  const declared = isObject(inputs.metadata) ? inputs.metadata : {};
  const metadata = { ...declared, uid: "1", resourceVersion: "7", managedFields: [{}] };
  return { ...inputs, metadata, status: { phase: "Active" } };
}

function diff(oldInputs: Props, news: Props, options: { mutability?: typeof mutable; live?: Props } = {}) {
  return diffObject({
    live: options.live ?? live(oldInputs),
    oldInputs,
    news,
    namespaced: true,
    mutability: options.mutability ?? mutable,
  });
}

describe("the diff of a Kubernetes object", () => {
  it("sees nothing in what the API server filled in", () => {
    assert.deepEqual(diff(secret({ a: "eA==" }), secret({ a: "eA==" })).changes, {});
  });

  it("takes stringData for the data that it becomes", () => {
    const news = { ...secret({}), data: undefined, stringData: { a: "x" } };
    assert.deepEqual(diff(secret({ a: "eA==" }), news).changes, {});
  });

  it("updates a mutable Secret in place", () => {
    const result = diff(secret({ a: "eA==" }), secret({ a: "eQ==" }));
    assert.deepEqual(result, { changes: { "data.a": "update" }, deleteBeforeReplace: false });
  });

  it("replaces a Secret of a fixed name unless it is mutable, the old one first", () => {
    const result = diff(secret({ a: "eA==" }), secret({ a: "eQ==" }), { mutability: immutable });
    assert.deepEqual(result, { changes: { "data.a": "update-replace" }, deleteBeforeReplace: true });
  });

  it("replaces a mutable Secret that says immutable itself", () => {
    const old = secret({ a: "eA==" }, { immutable: true });
    const result = diff(old, secret({ a: "eQ==" }, { immutable: true }));
    assert.deepEqual(result.changes, { "data.a": "update-replace" });
  });

  it("replaces an autonamed object without deleting it first", () => {
    const autonamed = (data: Props): Props => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c-12345678", namespace: "n", annotations: { "pulumi.com/autonamed": "true" } },
      data,
    });
    const result = diff(autonamed({ a: "1" }), autonamed({ a: "2" }), { mutability: immutable });
    assert.deepEqual(result, { changes: { "data.a": "update-replace" }, deleteBeforeReplace: false });
  });

  it("replaces for another name or namespace, and does not delete first", () => {
    const moved = { ...secret({}), metadata: { name: "t", namespace: "m" } };
    const result = diff(secret({}), moved);
    assert.deepEqual(result.changes, {
      "metadata.name": "update-replace",
      "metadata.namespace": "update-replace",
    });
    assert.equal(result.deleteBeforeReplace, false);
  });

  it("sees what somebody changed of ours in the cluster, and not what they added", () => {
    const inputs = secret({ a: "eA==" });
    const drifted = live(secret({ a: "eQ==", added: "eg==" }));
    assert.deepEqual(diff(inputs, inputs, { live: drifted }).changes, { "data.a": "update" });
  });

  it("counts a value that is not known yet as changed", () => {
    assert.deepEqual(diff(secret({ a: "eA==" }), secret({ a: UNKNOWN })).changes, { "data.a": "update" });
  });

  it("replaces a Deployment for its selector, not for its image", () => {
    const deployment = (app: string, image: string): Props => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", namespace: "n" },
      spec: {
        selector: { matchLabels: { app } },
        template: { spec: { containers: [{ name: "c", image, resources: { requests: { cpu: "1000m" } } }] } },
      },
    });
    const old = deployment("a", "i:1");
    const changes = diff(old, deployment("a", "i:2")).changes;
    assert.deepEqual(changes, { "spec.template.spec.containers[0].image": "update" });
    assert.deepEqual(diff(old, deployment("b", "i:1")).changes, {
      "spec.selector.matchLabels.app": "update-replace",
    });
  });

  it("takes a quantity as the API server writes it, and an empty map as none, for built-in kinds only", () => {
    const claim = (apiVersion: string, storage: string, labels?: Props): Props => ({
      apiVersion,
      kind: "PersistentVolumeClaim",
      metadata: { name: "p", namespace: "n", labels },
      spec: { resources: { requests: { storage } } },
    });
    const options = { live: live(claim("v1", "512Mi")) };
    assert.deepEqual(diff(claim("v1", "0.5Gi", {}), claim("v1", "0.5Gi", {}), options).changes, {});
    const custom = claim("example.org/v1", "0.5Gi");
    const changes = diff(custom, custom, { live: live(claim("example.org/v1", "512Mi")) }).changes;
    assert.deepEqual(changes, { "spec.resources.requests.storage": "update" });
  });

  it("ignores a namespace on a kind that has none", () => {
    const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", namespace: "default" } };
    const result = diffObject({
      live: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } },
      oldInputs: inputs,
      news: inputs,
      namespaced: false,
      mutability: mutable,
    });
    assert.deepEqual(result.changes, {});
  });
});
