import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gzipSync } from "node:zlib";

import { describeArchive } from "../../../../components/archive/describe.ts";
import { isOccupied, readArchive } from "../../../../components/archive/read-archive.ts";
import { recoveryProblem } from "../../../../components/archive/recovery-problem.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { at, segmentName } from "./archives.ts";

const location = { bucket: "cnpg-backups", prefix: "homelab/orders/orders" };

const backupInfo = `begin_time=2026-11-22 10:00:00.123456+00:00
begin_wal=00000001000000000000000A
cluster_size=31457280
end_time=2026-11-22 10:00:04.005000+00:00
end_wal=00000001000000000000000B
end_xlog=0/B000158
status=DONE
systemid=7575757575757575757
tablespaces=None
timeline=1
xlog_segment_size=16777216
`;

describe("an archive in a store", () => {
  const s3 = useFakeS3();

  function put(name: string, content: string | Uint8Array = "x", time = "10:00:00"): void {
    const key = `${location.prefix}/${name}`;
    s3.store.objects.set(key, content);
    s3.store.modified.set(key, at(time));
  }

  function putWal(timeline: number, number: number, time: string): void {
    const name = segmentName(timeline, number);
    put(`wals/${name.slice(0, 16)}/${name}.gz`, "x", time);
  }

  function putArchive(): void {
    put("base/20261122T100000/backup.info", backupInfo);
    put("base/20261122T100000/data.tar.gz", "0123456789");
    for (const number of [8, 9, 10, 11, 12]) putWal(1, number, `11:0${number % 10}:00`);
    for (const number of [13, 14]) putWal(2, number, `12:${number}:00`);
    put("wals/0000000100000000/00000001000000000000000A.00000028.backup.gz");
    put("wals/00000002.history.gz", gzipSync("1\t0/D000060\tno recovery target specified\n"));
  }

  it("is read with all that a recovery needs", async () => {
    putArchive();
    const archive = await readArchive(s3.connection, location);
    assert.deepEqual(
      archive.backups.map(({ id, status, storedBytes }) => [id, status, storedBytes]),
      [["20261122T100000", "DONE", Buffer.byteLength(backupInfo) + 10]],
    );
    assert.equal(archive.segments.length, 7);
    assert.deepEqual(archive.segments.at(-1), {
      name: "00000002000000000000000E",
      archivedAt: at("12:14:00"),
      bytes: 1,
      packing: ".gz",
    });
    const switchPoint = "0/D000060";
    assert.deepEqual(archive.histories, [{ timeline: 2, ancestors: [{ timeline: 1, switchPoint }] }]);
    assert.deepEqual(recoveryProblem(archive), { problem: undefined, warnings: [] });
  });

  it("is the same on however many pages it is listed", async () => {
    putArchive();
    const { readAt, ...whole } = await readArchive(s3.connection, location);
    for (const pageSize of [1, 2, 7]) {
      s3.store.pageSize = pageSize;
      const { readAt: later, ...paged } = await readArchive(s3.connection, location);
      assert.deepEqual(paged, whole);
      assert.ok(later >= readAt);
    }
  });

  it("is not mixed up with that of a neighbour whose name begins alike", async () => {
    s3.store.objects.set(`${location.prefix}-2/base/20261122T100000/backup.info`, backupInfo);
    const { backups } = await readArchive(s3.connection, location);
    assert.deepEqual(backups, []);
    assert.equal(await isOccupied(s3.connection, location), false);
    const neighbour = { ...location, prefix: `${location.prefix}-2` };
    assert.equal(await isOccupied(s3.connection, neighbour), true);
  });

  it("tells a backup.info that is not understood from one that is gone", async () => {
    put("base/20261122T100000/backup.info", "timeline=x");
    put("base/20261122T110000/backup.info", backupInfo);
    put("base/20261122T120000/data.tar");
    s3.store.errors = [{ when: /^GET .*T110000\/backup.info/, status: 404, code: "NoSuchKey" }];
    const { backups, unreadableBackups } = await readArchive(s3.connection, location);
    assert.deepEqual([backups, unreadableBackups], [[], ["20261122T100000"]]);
  });

  it("is occupied by anything", async () => {
    assert.equal(await isOccupied(s3.connection, location), false);
    put("wals/00000002.history");
    assert.equal(await isOccupied(s3.connection, location), true);
    assert.match(s3.store.requests.at(-1) ?? "", /max-keys=1&/);
  });

  it("cannot be read without permission", async () => {
    s3.store.errors = [{ when: /^GET/, status: 403, code: "AccessDenied" }];
    const message = /^S3 permission problem: could not read s3:\/\/cnpg-backups\/homelab\/orders\/orders at/;
    for (const read of [readArchive, isOccupied]) {
      await assert.rejects(read(s3.connection, location), { name: "S3Failure", message });
    }
  });

  it("is given up after a time", async () => {
    const message = /could not read .* within 0\.001 s\. Check the store/;
    await assert.rejects(readArchive(s3.connection, location, 0.001), { name: "S3Failure", message });
  });

  it("is described for people", async () => {
    putArchive();
    put("base/20261122T110000/backup.info", "status=STARTED\n");
    const text = describeArchive(await readArchive(s3.connection, location));
    assert.deepEqual(text.split("\n"), [
      "s3://cnpg-backups/homelab/orders/orders",
      "Base backups: 2",
      "  20261122T100000: DONE, ended at 2026-11-22T10:00:05Z on timeline 1, 301 B of a database of 30.0 MiB",
      "  20261122T110000: STARTED, 15 B",
      "First recoverability point: 2026-11-22T10:00:05Z",
      "Last WAL: 00000002000000000000000E, archived at 2026-11-22T12:14:00Z",
      "Gaps in the WAL: none",
      "WAL older than the first backup: 2 segments, 2 B",
      "Recovery to the latest point: no problem found",
    ]);
    s3.store.objects.delete(`${location.prefix}/wals/0000000100000000/00000001000000000000000C.gz`);
    const gapped = describeArchive(await readArchive(s3.connection, location)).split("\n");
    assert.deepEqual(gapped.slice(6, 8), ["Gaps in the WAL: 1", "  00000001000000000000000C"]);
    assert.match(gapped.at(-1) ?? "", /^Warning: WAL 00000001000000000000000C is missing/);
  });

  it("is described when there is nothing", async () => {
    const text = describeArchive(await readArchive(s3.connection, location));
    assert.match(
      text,
      /^Base backups: none\nFirst recoverability point: none\nLast WAL: none\nRecovery .*: there is no base/m,
    );
  });
});
