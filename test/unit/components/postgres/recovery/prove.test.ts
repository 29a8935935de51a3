import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { gunzipSync } from "node:zlib";

import { proveRecovery } from "../../../../../components/postgres/recovery/prove.ts";
import { useFakeS3 } from "../../s3/use-fake-s3.ts";
import { type ExecReply, fakeKubernetes } from "../wait/fake-kubernetes.ts";

/** Segments that PostgreSQL archived, see replayed-part.test.ts: 08 ends with a switch, 09 in a record that goes on in 0A. */
const fixtures = join(import.meta.dirname, "..", "..", "archive", "fixtures", "wal");
const packed = (number: string): Buffer => readFileSync(join(fixtures, `0000000100000000000000${number}.gz`));

const source = { bucket: "cnpg-backups", prefix: "lab/orders/orders" };
const own = { bucket: "cnpg-backups", prefix: "lab/again/again" };

const backupInfo = `begin_time=2026-11-22 10:00:00+00:00
begin_wal=000000010000000000000008
end_time=2026-11-22 10:00:04+00:00
end_wal=000000010000000000000008
end_xlog=0/824000
status=DONE
systemid=7713977101484693752
timeline=1
xlog_segment_size=1048576
`;

describe("proveRecovery", () => {
  const s3 = useFakeS3();

  function put(name: string, content: string | Uint8Array, time = "10:05:00", prefix = source.prefix): void {
    const key = `${prefix}/${name}`;
    s3.store.objects.set(key, content);
    s3.store.modified.set(key, new Date(`2026-11-22T${time}Z`));
  }

  function putArchive(more: Record<string, Uint8Array> = {}): void {
    put("base/20261122T100000/backup.info", backupInfo);
    put("base/20261122T100000/data.tar.gz", "data");
    for (const number of ["08", "09"]) {
      put(`wals/0000000100000000/0000000100000000000000${number}.gz`, more[number] ?? packed(number));
    }
  }

  async function proof(exec: ExecReply) {
    return proveRecovery({
      kubernetes: await fakeKubernetes({ exec: () => exec }),
      namespace: "shop",
      pod: "again-1",
      madeAt: new Date("2026-11-22T11:00:00Z"),
      source: { archive: source, connection: s3.connection, target: {} },
      own: { archive: own, connection: s3.connection },
    });
  }

  const history = (lsn: string): ExecReply => ({ prints: `1\t${lsn}\tno recovery target specified\n` });
  const lastTransaction = new Date("2026-11-30T14:50:59.215Z");

  it("is complete where replay ended at the archive's last record", async () => {
    putArchive();
    const { is, ...found } = await proof(history("0/900098"));
    assert.equal(is, "complete");
    assert.deepEqual("lastTransaction" in found && found.lastTransaction, lastTransaction);
  });

  it("does not count what was archived after the Cluster was made", async () => {
    putArchive();
    put("wals/0000000100000000/00000001000000000000000A.gz", packed("0A"), "11:30:00");
    put("wals/0000000100000000/00000001000000000000000C.gz", packed("0C"), "11:31:00");
    assert.equal((await proof(history("0/900098"))).is, "complete");
  });

  it("is short where a segment is damaged, and names it", async () => {
    for (const [damage, why] of [
      [Buffer.from("noise"), /^cannot be unpacked: /],
      [packed("09").subarray(0, 1000), /^cannot be unpacked: /],
      [Buffer.alloc(0), /^is empty$/],
    ] as const) {
      putArchive({ "09": damage });
      put("wals/0000000100000000/00000001000000000000000C.gz", packed("0C"));
      const found = await proof(history("0/900000"));
      assert.ok(found.is === "short", JSON.stringify(found));
      assert.equal(found.shortfall.missed, "000000010000000000000009");
      assert.match(found.shortfall.why, why);
      assert.equal(found.shortfall.isSoundNow, false);
      assert.equal(found.shortfall.lastTransaction?.toISOString(), "2026-11-30T14:50:59.129Z");
    }
  });

  it("knows an object that unpacks well, and has a byte of another record in it", async () => {
    const segment = gunzipSync(packed("08"));
    segment.writeUInt8(segment.readUInt8(100_000) ^ 1, 100_000);
    putArchive();
    put("wals/0000000100000000/000000010000000000000008", segment, "10:06:00");
    const found = await proof(history("0/818640"));
    assert.ok(found.is === "short", JSON.stringify(found));
    assert.equal(found.shortfall.missed, "000000010000000000000008");
    assert.match(found.shortfall.why, /is damaged at \d+ B of it/);
  });

  it("says of an archive that is sound that it could not be read meanwhile", async () => {
    putArchive();
    const found = await proof(history("0/900000"));
    assert.ok(found.is === "short");
    assert.deepEqual(
      [found.shortfall.missed, found.shortfall.isSoundNow],
      ["000000010000000000000009", true],
    );
  });

  it("reads the history where it is archived, if psql in its pods is not allowed", async () => {
    putArchive();
    const unknown = await proof({ status: 403 });
    assert.equal(unknown.is, "unknown");
    put("wals/00000002.history", "1\t0/900098\tno recovery target specified\n", "11:01:00", own.prefix);
    assert.equal((await proof({ status: 403 })).is, "complete");
  });

  it("is unknown where PostgreSQL or the store does not tell", async () => {
    putArchive();
    assert.equal((await proof({ prints: "nothing of the kind" })).is, "unknown");
    assert.equal((await proof("break")).is, "unknown");
    s3.store.errors.push({ when: /^GET/, status: 503, code: "SlowDown" });
    assert.equal((await proof(history("0/900098"))).is, "unknown");
  });
});
