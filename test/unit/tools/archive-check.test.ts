import assert from "node:assert/strict";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, it } from "mocha";

import { execa } from "execa";
import { pack } from "tar-stream";

import { wholeSegment } from "../components/archive/packed-segment.ts";

import { compileCache } from "../../support/compile-cache.ts";
import { useFakeS3 } from "../components/s3/use-fake-s3.ts";

const tool = join(import.meta.dirname, "../../../tools/archive-check.ts");

function run(environment: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env.PATH ?? "", ...compileCache, ...environment };
  return execa(process.execPath, [tool, ...args], { env, extendEnv: false, reject: false, all: true });
}

describe("npm run archive", () => {
  const s3 = useFakeS3();
  const environment = () => ({
    S3_ENDPOINT: s3.connection.endpoint,
    S3_BUCKET: "cnpg-backups",
    S3_PATH: "/homelab",
    S3_ACCESS_KEY_ID: s3.connection.accessKeyId,
    S3_SECRET_ACCESS_KEY: "not-to-be-shown",
  });

  it("describes what it finds, and fails if that cannot be recovered", async () => {
    const { exitCode, all } = await run(environment(), "orders", "orders-2");
    assert.equal(exitCode, 1);
    assert.match(all, /^s3:\/\/cnpg-backups\/homelab\/orders\/orders-2\nBase backups: none\n/);
    assert.match(all, /Recovery to the latest point: there is no base backup/);
  });

  const prefix = "homelab/orders/orders";
  const wal = "00000001000000000000000A";
  const keyOf = (name: string) => `${prefix}/wals/${name.slice(0, 16)}/${name}.zst`;

  /** A base backup, and its WAL. */
  async function putArchive(): Promise<void> {
    const packing = pack();
    packing.entry({ name: "backup_label" }, "START WAL LOCATION");
    packing.finalize();
    s3.store.objects.set(`${prefix}/base/20261122T100000/data.tar`, await buffer(packing));
    const info = [
      ["begin_time", "2026-11-22 10:00:00+00:00"],
      ["end_time", "2026-11-22 10:00:04+00:00"],
      ["begin_wal", wal],
      ["end_wal", wal],
      ["end_xlog", "0/A00158"],
      ["xlog_segment_size", "1048576"],
      ["status", "DONE"],
      ["timeline", "1"],
    ];
    const text = info.map((pair) => `${pair.join("=")}\n`).join("");
    s3.store.objects.set(`${prefix}/base/20261122T100000/backup.info`, text);
    putSegment(wal);
  }

  function putSegment(name: string, content: Uint8Array = wholeSegment(name)): void {
    s3.store.objects.set(keyOf(name), content);
    // An hour ago, so that nobody waits for what is missing before it.
    s3.store.modified.set(keyOf(name), new Date(Date.now() - 3_600_000));
  }

  const next = "00000001000000000000000B";
  const last = "00000001000000000000000C";

  it("succeeds with what can be recovered, for the target that is asked for", async () => {
    await putArchive();
    const whole = await run(environment(), "orders");
    assert.equal(whole.exitCode, 0, whole.all);
    assert.match(
      whole.all,
      /WAL that this recovery needs: 1 of 1 segments read and unpacked, none is damaged$/,
    );
    putSegment(last);
    const lossy = await run(environment(), "orders");
    assert.equal(lossy.exitCode, 2, lossy.all);
    assert.match(
      lossy.all,
      /Gaps in the WAL: 1\n {2}00000001000000000000000B\n.*: possible, but not of everything that is archived\nWarning: WAL 0{7}1/s,
    );
    const early = await run(environment(), "orders", "--target-time", "2026-11-22T09:00:00Z");
    assert.equal(early.exitCode, 1);
    assert.match(early.all, /Recovery to 2026-11-22T09:00:00Z: .*ended at 2026-11-22T10:00:04Z/);
  });

  it("takes a place of any layout, and says what lies near a wrong one", async () => {
    s3.store.objects.set("ORDERS/base/20261122T100000/backup.info", "status=STARTED");
    const root = await run(environment(), "s3://cnpg-backups/ORDERS");
    assert.match(root.all, /^s3:\/\/cnpg-backups\/ORDERS\nBase backups: 1\n {2}20261122T100000: STARTED/);
    const wrong = await run(environment(), "s3://cnpg-backups/ORDERS/ORDERS");
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.all, /ORDERS\/ORDERS holds no archive; s3:\/\/cnpg-backups\/ORDERS does\.$/);
    const none = await run(environment(), "s3://cnpg-backups");
    assert.match(none.all, /^The archive must be a place like s3:\/\/BUCKET\/SERVERNAME/);
  });

  it("looks into the WAL: what is damaged ends a recovery", async () => {
    await putArchive();
    putSegment(next, Buffer.alloc(500, "noise"));
    putSegment(last);
    const damaged = await run(environment(), "orders");
    assert.equal(damaged.exitCode, 2, damaged.all);
    assert.match(
      damaged.all,
      /Gaps in the WAL: 1\n {2}0{7}10{15}B cannot be unpacked: .*\nRecovery to the latest/,
    );
    assert.match(damaged.all, /3 of 3 segments read and unpacked, 1 damaged$/);
    putSegment(wal, Buffer.alloc(500, "noise"));
    assert.equal((await run(environment(), "orders")).exitCode, 1);
  });

  it("reads everything with --deep, and says which objects are damaged", async () => {
    await putArchive();
    for (const name of [next, last]) putSegment(name);
    const whole = await run(environment(), "orders", "--deep");
    assert.equal(whole.exitCode, 0, whole.all);
    assert.match(whole.all, /Read and unpacked: 5 objects, [\d.]+ KiB; none is damaged$/);
    // Older than the backup: no recovery needs it, but it is part of the archive.
    const old = "000000010000000000000009";
    putSegment(old, Buffer.alloc(500, "noise"));
    const data = `${prefix}/base/20261122T100000/data.tar`;
    s3.store.objects.set(data, Buffer.from(s3.store.objects.get(data) ?? "").subarray(0, 700));
    assert.equal((await run(environment(), "orders")).exitCode, 0);
    const damaged = await run(environment(), "orders", "--deep");
    assert.equal(damaged.exitCode, 2, damaged.all);
    assert.match(damaged.all, /^base\/20261122T100000\/data\.tar is cut within backup_label$/m);
    assert.match(damaged.all, /^wals\/0{7}10{8}\/0{7}10{15}9\.zst cannot be unpacked: /m);
    assert.match(damaged.all, /Read and unpacked: 6 objects, .*; 2 damaged$/);
    putSegment(wal, Buffer.alloc(500, "noise"));
    assert.equal((await run(environment(), "orders", "--deep")).exitCode, 1);
  });

  it("ends --deep at Ctrl-C with what was found so far", async () => {
    await putArchive();
    putSegment("000000010000000000000009", Buffer.alloc(500, "noise"));
    // What takes long: more than can be read while this test lasts.
    for (let number = 0x10; number < 0x60; number += 1)
      putSegment(`0000000100000000000000${number.toString(16).toUpperCase()}`);
    const running = run(environment(), "orders", "--deep");
    for await (const line of running.iterable()) {
      if (line.includes("cannot be unpacked")) running.kill("SIGINT");
    }
    const { exitCode, all } = await running;
    assert.equal(exitCode, 130, all);
    assert.match(all, /Stopped\. Read and unpacked: \d+ objects, .*; 1 damaged$/);
  });

  it("says what is wrong with the environment, or with the store, and shows no secret", async () => {
    const missing = await run({ S3_ENDPOINT: "10.0.0.10" }, "orders");
    assert.equal(missing.exitCode, 1);
    assert.match(missing.all, /^S3_ENDPOINT must be a URL.*\nS3_BUCKET is not set\n/);
    s3.store.errors = [{ when: /^GET/, status: 403, code: "SignatureDoesNotMatch" }];
    const refused = await run(environment(), "orders");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.all, /^S3 key problem: could not read s3:\/\/cnpg-backups/);
    assert.ok(!refused.all.includes("not-to-be-shown"));
  });
});
