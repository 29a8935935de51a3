import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { s3Client } from "../../../components/s3/client.ts";
import {
  removeBelow,
  removeEmptyBucket,
  storedBelow,
  storedBeside,
  uploadsOf,
} from "../../../tools/stored-below.ts";
import { useFakeS3 } from "../components/s3/use-fake-s3.ts";

describe("what is stored below a path", () => {
  const s3 = useFakeS3();
  const below = (prefix = "homelab/") => ({
    client: s3Client(s3.connection),
    bucket: "cnpg-backups",
    prefix,
  });
  const fill = (...keys: string[]) => {
    s3.store.reset();
    for (const key of keys) s3.store.objects.set(key, "content");
  };
  const left = () => [...s3.store.objects.keys()];
  const silent = () => undefined;

  it("is counted by database, over pages", async () => {
    fill(...Array.from({ length: 25 }, (_, i) => `homelab/orders/${i}`), "homelab/shop/x", "homelab2/x");
    s3.store.pageSize = 10;
    const found = await storedBelow(below());
    assert.deepEqual([...found.keys()], ["orders", "shop"]);
    assert.partialDeepStrictEqual(found.get("orders"), { objects: 25, bytes: 25 * 7 });
  });

  it("goes, and nothing else: neither what begins alike, nor what lies above or beside", async () => {
    const beside = ["homelab2/orders/x", "handmade", "homelab-old", "a/b", "homelab"];
    fill("homelab/orders/x", ...beside);
    await removeBelow(below(), silent);
    assert.deepEqual(left(), beside);
    await assert.rejects(removeEmptyBucket(below()), { name: "BucketNotEmpty" });
  });

  it("goes with all its pages, old versions, delete markers and unfinished uploads", async () => {
    fill();
    s3.store.versioning = "Enabled";
    s3.store.pageSize = 2;
    s3.store.versions = ["a", "b", "c"].flatMap((name) => [
      { key: `homelab/${name}`, id: `old-${name}`, isMarker: false },
      { key: `homelab/${name}`, id: `marker-${name}`, isMarker: true },
    ]);
    s3.store.uploads = [
      { key: "homelab/big", id: "u1", initiated: new Date() },
      { key: "other/big", id: "u2", initiated: new Date() },
    ];
    await removeBelow(below(), silent);
    assert.deepEqual(s3.store.versions, []);
    assert.deepEqual(await uploadsOf(below()), []);
    assert.deepEqual(
      s3.store.uploads.map(({ id }) => id),
      ["u2"],
    );
  });

  it("goes from a store that knows no versions", async () => {
    fill("homelab/x", "homelab/y", "other");
    s3.store.errors = [{ when: /[?&]versions/, status: 501, code: "NotImplemented" }];
    assert.equal((await storedBelow(below())).size, 2);
    assert.equal(await storedBeside(below()), "other");
    await removeBelow(below(), silent);
    assert.deepEqual(left(), ["other"]);
  });

  it("is not deleted for ever, where a store says that it did and did not", async () => {
    fill();
    Object.assign(s3.store, { versioning: "Enabled", versions: [{ key: "homelab/x", id: "null" }] });
    await assert.rejects(removeBelow(below(), silent), /still lists homelab\/x/);
  });

  it("is known from what lies beside it, at each part of the path", async () => {
    for (const beside of ["a/c/x", "x", "a/bb", "a/b", "A/b/x"]) {
      fill("a/b/orders", beside);
      assert.notEqual(await storedBeside(below("a/b/")), undefined, beside);
    }
    fill("a/b/orders", "a/b/c/d");
    assert.equal(await storedBeside(below("a/b/")), undefined);
    s3.store.uploads = [{ key: "a/c", id: "u1", initiated: new Date() }];
    assert.equal(await storedBeside(below("a/b/")), "a/c");
    s3.store.uploads = [];
    s3.store.objects.clear();
    s3.store.versions = [{ key: "old", id: "v", isMarker: true }];
    s3.store.versioning = "Enabled";
    assert.equal(await storedBeside(below("a/b/")), "old");
  });
});
