import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { describeLineage, lineagesBelow, newestIn } from "../../../../components/archive/lineages.ts";
import { S3Failure } from "../../../../components/s3/failure.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { at } from "./archives.ts";

const cluster = { bucket: "cnpg-backups", prefix: "homelab/orders" };

describe("the lineages below a cluster's prefix", () => {
  const s3 = useFakeS3();
  const put = (name: string, time: string): void => {
    s3.store.objects.set(`${cluster.prefix}/${name}`, "x");
    s3.store.modified.set(`${cluster.prefix}/${name}`, at(time));
  };

  it("are those with WAL or base backups, each with its newest", async () => {
    put("orders/base/20261121T020000/backup.info", "02:00:00");
    put("orders/base/20261122T020000/backup.info", "02:00:00");
    put("orders/wals/0000000100000000/000000010000000000000001", "02:01:00");
    put("orders/wals/0000000100000001/000000010000000100000001", "02:03:00");
    put("orders/wals/0000000100000001/000000010000000100000002", "02:02:00");
    put("orders-2/wals/0000000200000001/000000020000000100000003", "03:00:00");
    put("orders-3/base/20261122T040000/backup.info", "04:00:00");
    // Another cluster, one level further down, and a file of somebody.
    put("other/other/base/20261122T050000/backup.info", "05:00:00");
    put("README", "06:00:00");
    s3.store.pageSize = 2;
    const lineages = await lineagesBelow(s3.connection, cluster);
    assert.deepEqual(lineages, [
      { serverName: "orders", lastBackup: "20261122T020000", lastWal: at("02:03:00") },
      { serverName: "orders-2", lastBackup: undefined, lastWal: at("03:00:00") },
      { serverName: "orders-3", lastBackup: "20261122T040000", lastWal: undefined },
    ]);
    assert.deepEqual(
      lineages.map(newestIn),
      ["02:03:00", "03:00:00", "04:00:00"].map((time) => at(time).getTime()),
    );
    assert.deepEqual(lineages.map(describeLineage), [
      '"orders" (last base backup 20261122T020000, last WAL 2026-11-22T02:03:00Z)',
      '"orders-2" (no base backup, last WAL 2026-11-22T03:00:00Z)',
      '"orders-3" (last base backup 20261122T040000, no WAL)',
    ]);
  });

  it("are none where there is nothing, and an error where the store refuses", async () => {
    assert.deepEqual(await lineagesBelow(s3.connection, cluster), []);
    s3.store.errors.push({ when: /^GET/, status: 404, code: "NoSuchBucket" });
    await assert.rejects(
      lineagesBelow(s3.connection, cluster),
      (error) => error instanceof S3Failure && error.message.includes("s3://cnpg-backups/homelab/orders "),
    );
  });
});
