import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { keepFields } from "../../../../components/kubernetes/keep-fields.ts";
import { hookArgs, secretMark } from "../../hook-args.ts";
import { apiServer, kubeconfigFor } from "./api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const resource = undefined as unknown as pulumi.Resource;
const path = "/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters/orders";
const secretPath = "/api/v1/namespaces/shop/secrets/cnpg-backup-s3";

const manager = (name: string, fieldsV1: object, operation = "Update") => ({
  manager: name,
  operation,
  apiVersion: "v1",
  fieldsV1,
});
const fencing = { "f:metadata": { "f:annotations": { "f:cnpg.io/fencedInstances": {} } } };

/** The inputs of a Cluster as the engine hands them over, recorded with the official provider, cut. */
const cluster = hookArgs({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: {
    annotations: { "cnpg-rgw/secret-version": "7", "pulumi.com/patchForce": "true" },
    labels: { "cnpg-rgw/component": "me" },
    name: "orders",
    namespace: "shop",
  },
  spec: { instances: 1, postgresql: { parameters: { archive_timeout: "5min", work_mem: "9MB" } } },
});

/** A Secret as declared: the provider makes `data` of it, and marks that as a secret with secrets in it. */
const secret = hookArgs({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "cnpg-backup-s3", namespace: "shop", labels: { "cnpg.io/reload": "true" } },
  data: secretMark({ S3_ACCESS_KEY_ID: secretMark("QUs="), S3_REGION: "bG9jYWw=" }),
});

/** An API server with an object that refuses to be changed by who has not read it last. */
async function having(at: string, managedFields: object[], refusals: number[] = []) {
  let version = 41;
  let entries = managedFields;
  const patched: unknown[] = [];
  const patch = z.tuple([
    z.object({
      op: z.literal("replace"),
      path: z.literal("/metadata/managedFields"),
      value: z.array(z.looseObject({})),
    }),
    z.object({ op: z.literal("replace"), path: z.literal("/metadata/resourceVersion"), value: z.string() }),
  ]);
  const { kubeconfig, close } = await apiServer({
    [at]: () => ({
      status: 200,
      body: { metadata: { resourceVersion: String(version), managedFields: entries } },
    }),
    [`PATCH ${at}`]: (sent) => {
      const [fields, read] = patch.parse(JSON.parse(sent));
      const status = refusals.shift() ?? (read.value === String(version) ? 200 : 409);
      if (status === 409) version += 1;
      if (status === 200) {
        entries = fields.value;
        patched.push(entries);
      }
      return { status, body: { kind: "Status", code: status, message: "by test" } };
    },
  });
  afterTest(close);
  return { kubeconfig, patched };
}

describe("before an update of an object", () => {
  it("what people have set on a Cluster gets an owner that the provider leaves alone", async () => {
    const applied = manager("pulumi-kubernetes-3f2a", { "f:spec": { "f:instances": {} } }, "Apply");
    const edited = manager("kubectl-edit", {
      "f:spec": { "f:postgresql": { "f:parameters": { "f:work_mem": {} } } },
    });
    const { kubeconfig, patched } = await having(path, [
      applied,
      manager("kubectl-annotate", fencing),
      edited,
    ]);
    assert.equal(await keepFields({ kubeconfig }, cluster, cluster, resource), undefined);
    assert.deepEqual(patched, [[applied, edited, manager("cnpg-rgw-kept", fencing)]]);
    assert.equal(await keepFields({ kubeconfig }, cluster, cluster, resource), undefined);
    assert.equal(patched.length, 1);
  });

  it("other values and labels of an adopted Secret do, and its declared ones do not", async () => {
    const created = manager("kubectl-create", {
      "f:data": { ".": {}, "f:S3_ACCESS_KEY_ID": {}, "f:S3_REGION": {}, "f:mine": {} },
      "f:type": {},
    });
    const labelled = manager("kubectl-label", { "f:metadata": { "f:labels": { "f:team": {} } } });
    const { kubeconfig, patched } = await having(secretPath, [created, labelled]);
    assert.equal(await keepFields({ kubeconfig }, secret, secret, resource), undefined);
    assert.deepEqual(patched, [
      [
        manager("kubectl-create", { "f:data": { ".": {}, "f:S3_ACCESS_KEY_ID": {}, "f:S3_REGION": {} } }),
        manager("cnpg-rgw-kept", {
          "f:data": { "f:mine": {} },
          "f:type": {},
          "f:metadata": { "f:labels": { "f:team": {} } },
        }),
      ],
    ]);
  });

  it("goes on where there is nothing to keep, and where the object is gone", async () => {
    const applied = manager("pulumi-kubernetes-3f2a", fencing, "Apply");
    const { kubeconfig, patched } = await having(path, [applied]);
    assert.equal(await keepFields({ kubeconfig }, cluster, cluster, resource), undefined);
    assert.equal(await keepFields({ kubeconfig }, secret, secret, resource), undefined);
    assert.deepEqual(patched, []);
  });

  it("reads again what others have written meanwhile", async () => {
    const { kubeconfig, patched } = await having(path, [manager("kubectl-cnpg", fencing)], [409, 409]);
    assert.equal(await keepFields({ kubeconfig }, cluster, cluster, resource), undefined);
    assert.deepEqual(patched, [[manager("cnpg-rgw-kept", fencing)]]);
  });

  it("ends the update where it may not be changed, and names what would be lost", async () => {
    const { kubeconfig } = await having(path, [manager("kubectl-annotate", fencing)], [403]);
    assert.equal(
      await keepFields({ kubeconfig }, cluster, cluster, resource),
      "Cluster orders in namespace shop has fields that were set with kubectl, and this update would remove them: " +
        "metadata.annotations[cnpg.io/fencedInstances]. They could not be kept (HTTP 403: by test). Give the account that runs " +
        "pulumi the right to patch it, then run `pulumi up` again.",
    );
  });

  it("ends the update where the cluster does not say what would be lost", async () => {
    const { kubeconfig, close } = await apiServer({ [path]: { status: 403, body: { message: "no" } } });
    afterTest(close);
    await assert.rejects(
      keepFields({ kubeconfig }, cluster, cluster, resource),
      /^Error: Could not check whether Cluster orders in namespace shop has fields that were set with kubectl.*HTTP 403/,
    );
    assert.equal(
      await keepFields({ kubeconfig: kubeconfigFor("http://127.0.0.1:1") }, {}, {}, resource),
      undefined,
    );
  });
});
