import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { customResource } from "../../../../components/kubernetes/custom-resource.ts";
import { find, valueOf, recordedResources } from "../../mocks.ts";

const declared = recordedResources();

const metadata = { name: "orders", namespace: "shop" };
const storage = { size: "20Gi" };

describe("customResource", () => {
  it("is the object with the kind's API version", async () => {
    const store = customResource("ObjectStore", "store", {
      metadata,
      spec: { configuration: { destinationPath: "s3://b/p" } },
    });
    await valueOf(store.urn);
    assert.deepEqual(find(declared, "store").inputs, {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata,
      spec: { configuration: { destinationPath: "s3://b/p" } },
    });
  });

  it("takes outputs at any depth, and undefined for a field left out", async () => {
    const tuned = customResource("Cluster", "tuned", {
      metadata,
      spec: {
        instances: pulumi.output(3),
        storage: pulumi.output(storage),
        postgresql: { parameters: { work_mem: pulumi.output("64MB") } },
        backup: undefined,
      },
    });
    await valueOf(tuned.urn);
    assert.deepEqual(find(declared, "tuned").inputs.spec, {
      instances: 3,
      storage,
      postgresql: { parameters: { work_mem: "64MB" } },
    });
  });

  it("keeps what it depends on", async () => {
    const first = customResource("Backup", "first", { metadata, spec: { cluster: { name: "orders" } } });
    const spec = { cluster: { name: pulumi.output("orders") }, schedule: "0 0 2 * * *" };
    const then = customResource("ScheduledBackup", "then", { metadata, spec }, { dependsOn: first });
    await valueOf(then.urn);
    const names = declared.map(({ name }) => name);
    assert.ok(names.indexOf("first") < names.indexOf("then"));
  });

  it("fails at once, with all that is wrong and no stack, where the spec is plain", () => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const spec = { instances: 0, storage, backup: { wal: {} }, imagename: "x" };
    assert.throws(
      // @ts-expect-error: TypeScript sees it too, where the spec does not come from a file.
      () => customResource("Cluster", "wrong", { metadata, spec }, { parent }),
      (error) => {
        assert.ok(pulumi.ResourceError.isInstance(error));
        assert.equal(error.hideStack, true);
        assert.equal(error.resource, parent);
        assert.match(error.message, /^Cluster wrong:\n( {2}- spec\.\S+ .*(\n|$)){3}$/);
        return true;
      },
    );
  });

  it("fails at once for what is plain in a spec that is not known as a whole", () => {
    const spec = { storage, instances: new Promise<number>(() => undefined), enablePdb: true };
    assert.throws(() => customResource("Cluster", "half", { metadata, spec }), {
      message: "Cluster half: spec.enablePdb is not a field of Cluster: did you mean spec.enablePDB?",
    });
  });
});
