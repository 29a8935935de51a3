import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";

import { execa } from "execa";

import { useFakeS3 } from "../components/s3/use-fake-s3.ts";

const tool = join(import.meta.dirname, "../../../tools/archive-check.ts");

function run(environment: Record<string, string>, ...args: string[]) {
  const env = { PATH: process.env.PATH ?? "", ...environment };
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

  it("succeeds with what can be recovered, for the target that is asked for", async () => {
    const prefix = "homelab/orders/orders";
    const wal = "00000001000000000000000A";
    s3.store.objects.set(`${prefix}/wals/${wal.slice(0, 16)}/${wal}.gz`, "x");
    s3.store.objects.set(`${prefix}/base/20261122T100000/data.tar`, "x");
    const info = [
      ["begin_time", "2026-11-22 10:00:00+00:00"],
      ["end_time", "2026-11-22 10:00:04+00:00"],
      ["begin_wal", wal],
      ["end_wal", wal],
      ["end_xlog", "0/A000158"],
      ["status", "DONE"],
      ["timeline", "1"],
    ];
    const text = info.map((pair) => `${pair.join("=")}\n`).join("");
    s3.store.objects.set(`${prefix}/base/20261122T100000/backup.info`, text);
    assert.equal((await run(environment(), "orders")).exitCode, 0);
    // What follows a gap was archived an hour ago, so that nobody waits for the gap to close.
    const beyond = `${prefix}/wals/0000000100000000/00000001000000000000000C.gz`;
    s3.store.objects.set(beyond, "x");
    s3.store.modified.set(beyond, new Date(Date.now() - 3_600_000));
    const lossy = await run(environment(), "orders");
    assert.equal(lossy.exitCode, 2, lossy.all);
    assert.match(
      lossy.all,
      /Gaps in the WAL: 1\n {2}00000001000000000000000B\n.*: not of all that is archived\nWarning: WAL 0{7}1/s,
    );
    s3.store.objects.delete(beyond);
    const early = await run(environment(), "orders", "--target-time", "2026-11-22T09:00:00Z");
    assert.equal(early.exitCode, 1);
    assert.match(early.all, /Recovery to 2026-11-22T09:00:00Z: .*ended at 2026-11-22T10:00:04Z/);
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
