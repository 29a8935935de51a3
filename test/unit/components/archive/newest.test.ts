import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { lookAtNewest } from "../../../../components/archive/newest.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { backupInfo, segmentName } from "./archives.ts";

const location = { bucket: "cnpg-backups", prefix: "lab/orders/orders" };

describe("the newest of an archive", () => {
  const s3 = useFakeS3();
  const put = (name: string, content = "x") => s3.store.objects.set(`${location.prefix}/${name}`, content);
  const putWal = (timeline: number, number: number) => {
    const name = segmentName(timeline, number);
    put(`wals/${name.slice(0, 16)}/${name}.zst`);
  };
  const putBackup = (day: number, wal: [begin: number, end: number], more = {}) => {
    const id = `202611${day}T020000`;
    const fields = { begin_wal: segmentName(1, wal[0]), end_wal: segmentName(1, wal[1]), ...more };
    put(`base/${id}/backup.info`, backupInfo(day, fields));
    put(`base/${id}/data.tar.snappy`);
  };
  const look = () => lookAtNewest(s3.connection, location);

  it("is nothing where there is nothing", async () => {
    assert.deepEqual(await look(), { count: 0, complete: undefined, incomplete: [], missingWal: undefined });
  });

  it("is the newest backup that is complete, and what came to nothing since", async () => {
    putBackup(20, [2, 3]);
    putBackup(21, [5, 5]);
    putBackup(22, [8, 8], { status: "FAILED" });
    put("base/20261123T020000/data.tar.snappy");
    put("base/20261124T020000/backup.info", backupInfo(24, {}));
    put("base/20261125T020000/backup.info", "no=info\nbegin_time=soon");
    for (let number = 2; number <= 9; number += 1) putWal(1, number);
    const found = await look();
    assert.deepEqual([found.count, found.complete?.id, found.missingWal], [6, "20261121T020000", undefined]);
    assert.deepEqual(found.incomplete, [
      { id: "20261125T020000", is: "has a backup.info that cannot be read" },
      { id: "20261124T020000", is: "lacks data.tar" },
      { id: "20261123T020000", is: "has no backup.info" },
      { id: "20261122T020000", is: "is FAILED" },
    ]);
  });

  it("misses WAL that was complete when a backup ended, and never came", async () => {
    putBackup(20, [2, 3]);
    for (const number of [2, 3, 4]) putWal(1, number);
    putBackup(21, [8, 8]);
    assert.equal((await look()).missingWal, segmentName(1, 7));
    putWal(1, 7);
    assert.equal((await look()).missingWal, undefined);
    put("wals/00000002.history.zst");
    putBackup(22, [20, 20]);
    assert.equal((await look()).missingWal, segmentName(1, 19));
    // On a later timeline, whatever became of the earlier one.
    putWal(2, 20);
    assert.equal((await look()).missingWal, undefined);
  });

  it("misses nothing of a database that nobody uses, whose last segment is not full for days", async () => {
    putBackup(20, [2, 3]);
    for (const number of [2, 3]) putWal(1, number);
    putBackup(21, [4, 4]);
    putBackup(22, [4, 4]);
    assert.equal((await look()).missingWal, undefined);
  });

  it("misses nothing of a timeline that began with the segment of the backup", async () => {
    putWal(1, 7);
    put("wals/00000002.history.zst");
    putBackup(22, [8, 8], { timeline: 2, begin_wal: segmentName(2, 8), end_wal: segmentName(2, 8) });
    assert.equal((await look()).missingWal, undefined);
  });

  it("takes as many requests for a million objects as for a few", async () => {
    for (let day = 10; day < 30; day += 1) {
      putBackup(day, [day, day]);
      for (let number = 0; number < 256; number += 1) putWal(1, day * 256 + number);
    }
    s3.store.requests.length = 0;
    await look();
    assert.ok(s3.store.requests.length <= 10, s3.store.requests.join("\n"));
  });

  it("is an error of the store where that does not let anybody look", async () => {
    s3.store.errors.push({ when: /list-type/, status: 403, code: "AccessDenied" });
    await assert.rejects(look(), /could not read s3:\/\/cnpg-backups\/lab\/orders\/orders/);
  });
});
