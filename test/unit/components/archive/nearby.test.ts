import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { isNothing, nearbyArchives } from "../../../../components/archive/nearby.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { archive, wal } from "./archives.ts";

describe("a place that holds no archive", () => {
  const s3 = useFakeS3();
  const put = (...places: string[]): void => {
    for (const place of places) s3.store.objects.set(`${place}/wals/0000000100000000/x.gz`, "x");
  };
  const near = (prefix: string) => nearbyArchives(s3.connection, { bucket: "b", prefix });

  it("is told from one where the server name is missing", async () => {
    put("x/orders/orders");
    assert.equal(await near("x/orders"), "s3://b/x/orders holds no archive; s3://b/x/orders/orders does.");
    put("x/orders/orders-2");
    assert.match(
      (await near("x/orders")) ?? "",
      /; below it there are: s3:\/\/b\/x\/orders\/orders, s3:.*orders-2\.$/,
    );
  });

  it("is told from one that has a part too many", async () => {
    put("x/orders");
    assert.equal(
      await near("x/orders/orders"),
      "s3://b/x/orders/orders holds no archive; s3://b/x/orders does.",
    );
  });

  it("is told from those beside it, also at the root of the bucket", async () => {
    put("orders", "told");
    s3.store.objects.set("other/file", "x");
    assert.equal(
      await near("oders"),
      "s3://b/oders holds no archive; below s3://b there are: s3://b/orders, s3://b/told.",
    );
  });

  it("has nothing nearby in an empty bucket, and asks a bounded number of times", async () => {
    assert.equal(await near("x/orders"), undefined);
    for (let number = 0; number < 200; number += 1) s3.store.objects.set(`x/folder${number}/file`, "x");
    s3.store.requests = [];
    assert.equal(await near("x/orders"), undefined);
    assert.ok(s3.store.requests.length < 60, String(s3.store.requests.length));
  });
});

describe("isNothing", () => {
  it("is an archive without base backups and WAL", () => {
    assert.equal(isNothing(archive({})), true);
    assert.equal(isNothing(archive({ segments: wal(1, [1, 1], "10:00:00") })), false);
  });
});
