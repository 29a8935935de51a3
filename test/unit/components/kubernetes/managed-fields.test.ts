import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { handOver, managedFields } from "../../../../components/kubernetes/managed-fields.ts";

type Tree = Record<string, unknown>;
const owned = (manager: string, fieldsV1: Tree, more: object = {}) => ({
  manager,
  operation: "Update",
  apiVersion: "postgresql.cnpg.io/v1",
  time: "2026-11-30T10:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...more,
});
const annotation = (name: string): Tree => ({ "f:metadata": { "f:annotations": { [`f:${name}`]: {} } } });
const kept = (fieldsV1: Tree, more: object = {}) => owned("cnpg-rgw-kept", fieldsV1, more);
const ours = owned("pulumi-kubernetes-3f2a", { "f:spec": { "f:instances": {} } }, { operation: "Apply" });
const operators = owned("manager", { "f:status": {} }, { subresource: "status" });

const declared = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "orders", namespace: "shop", annotations: { "cnpg-rgw/secret-version": "7" } },
  spec: {
    instances: 3,
    postgresql: { parameters: { work_mem: "8MB" } },
    plugins: [{ name: "barman-cloud.cloudnative-pg.io", enabled: true }],
  },
};
const handedOver = (entries: object[], ...before: unknown[]) =>
  handOver(managedFields.parse(entries), [declared, ...before]);

describe("what people have set with kubectl", () => {
  it("gets another owner: fencing, hibernation, labels and fields, whichever command of kubectl set them", () => {
    const description = { "f:spec": { "f:description": {} } };
    const label = { "f:metadata": { "f:labels": { ".": {}, "f:by": {} } } };
    assert.deepEqual(
      handedOver([
        ours,
        owned("kubectl-annotate", annotation("cnpg.io/hibernation")),
        owned("kubectl-cnpg", annotation("cnpg.io/fencedInstances")),
        owned("kubectl-label", label),
        owned("kubectl", description, { operation: "Apply" }),
        operators,
      ]),
      {
        entries: [
          ours,
          operators,
          kept({
            "f:metadata": {
              "f:annotations": { "f:cnpg.io/hibernation": {}, "f:cnpg.io/fencedInstances": {} },
              "f:labels": { ".": {}, "f:by": {} },
            },
            ...description,
          }),
        ],
        kept: [
          "metadata.annotations[cnpg.io/hibernation]",
          "metadata.annotations[cnpg.io/fencedInstances]",
          "metadata.labels.by",
          "spec.description",
        ],
      },
    );
  });

  it("is left to the provider where it is declared, so that it is put back", () => {
    const edited = owned("kubectl-edit", {
      "f:metadata": { "f:annotations": { ".": {}, "f:cnpg-rgw/secret-version": {}, "f:by": {} } },
      "f:spec": {
        "f:plugins": {},
        "f:postgresql": { "f:parameters": { "f:work_mem": {}, "f:log_min_duration_statement": {} } },
      },
    });
    const { entries, kept: names } = handedOver([ours, edited]) ?? assert.fail("nothing kept");
    assert.deepEqual(names, [
      "metadata.annotations.by",
      "spec.postgresql.parameters.log_min_duration_statement",
    ]);
    assert.deepEqual(entries[1]?.fieldsV1, {
      "f:metadata": { "f:annotations": { ".": {}, "f:cnpg-rgw/secret-version": {} } },
      "f:spec": { "f:plugins": {}, "f:postgresql": { "f:parameters": { "f:work_mem": {} } } },
    });
  });

  it("goes where it was declared before and is no longer", () => {
    const edited = owned("kubectl-edit", { "f:spec": { "f:description": {} } });
    assert.equal(handedOver([ours, edited], { spec: { description: "orders" } }), undefined);
  });

  it("is told apart within lists that Kubernetes merges by key", () => {
    const item = (name: string): Tree => ({ [`k:{"name":"${name}"}`]: { ".": {}, "f:enabled": {} } });
    const barman = "barman-cloud.cloudnative-pg.io";
    const edited = owned("kubectl-edit", {
      "f:spec": { "f:plugins": { ...item(barman), ...item("other") } },
    });
    const { entries, kept: names } = handedOver([edited]) ?? assert.fail("nothing kept");
    assert.deepEqual(names, ['spec.plugins[{"name":"other"}].enabled']);
    assert.deepEqual(entries[0]?.fieldsV1, { "f:spec": { "f:plugins": item(barman) } });
  });

  it("joins what is kept already, and is touched no more by the next update", () => {
    const first = kept(annotation("cnpg.io/hibernation"));
    const added = owned("kubectl-annotate", annotation("cnpg.io/fencedInstances"));
    const { entries } = handedOver([ours, first, added]) ?? assert.fail("nothing kept");
    assert.equal(entries.length, 2);
    assert.equal(handedOver(entries), undefined);
  });

  it("is not all that is kept: fields of before the first server-side apply are, those of others stay theirs", () => {
    const fluxs = owned("kustomize-controller", annotation("flux"), { operation: "Apply" });
    const status = owned("kubectl-edit", { "f:status": {} }, { subresource: "status" });
    assert.equal(handedOver([ours, fluxs, status, operators]), undefined);
    const old = owned("before-first-apply", annotation("old"));
    assert.deepEqual(handedOver([fluxs, old])?.entries, [fluxs, kept(annotation("old"))]);
  });

  it("is in an entry for each version of the API", () => {
    const v2 = { apiVersion: "postgresql.cnpg.io/v2" };
    const entries = [owned("kubectl-edit", annotation("a")), owned("kubectl-edit", annotation("b"), v2)];
    assert.deepEqual(handedOver(entries)?.entries, [kept(annotation("a")), kept(annotation("b"), v2)]);
  });

  it("stays where a value is not known yet, as in a preview", () => {
    const edited = owned("kubectl-edit", { "f:data": { "f:mine": {} } });
    assert.equal(handOver(managedFields.parse([edited]), [{ data: undefined }]), undefined);
  });

  it("is nothing in an object without managed fields", () => {
    assert.equal(handOver(managedFields.parse(undefined), [declared]), undefined);
  });
});
