import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";

import { execa } from "execa";

import { compileCache } from "../../support/compile-cache.ts";
import { useFakeS3 } from "../components/s3/use-fake-s3.ts";

const tool = join(import.meta.dirname, "../../../tools/remove-backups.ts");

describe("npm run remove-backups", () => {
  const s3 = useFakeS3();
  const run = (args: string[] = [], more: Record<string, string> = {}) => {
    const env = {
      PATH: process.env.PATH ?? "",
      ...compileCache,
      S3_ENDPOINT: s3.connection.endpoint,
      S3_BUCKET: "cnpg-backups",
      S3_PATH: "/homelab",
      S3_ACCESS_KEY_ID: s3.connection.accessKeyId,
      S3_SECRET_ACCESS_KEY: "not-to-be-shown",
      ...more,
    };
    return execa(process.execPath, [tool, ...args], { env, extendEnv: false, reject: false, all: true });
  };
  const confirmed = ["--confirm", "cnpg-backups/homelab"];
  const writes = () => s3.store.requests.filter((line) => !/^(GET|HEAD) /.test(line));
  const fill = (...keys: string[]) => {
    for (const key of keys) s3.store.objects.set(key, "content");
  };

  it("says what would go, and deletes nothing without --confirm", async () => {
    fill("homelab/orders/orders/base/1/backup.info", "homelab/orders/orders/wals/1", "homelab/shop/x");
    s3.store.modified.set("homelab/shop/x", new Date("2026-01-02T03:04:05Z"));
    const { exitCode, all } = await run();
    assert.equal(exitCode, 0);
    assert.match(all, /"orders": 2 objects, 14 B/);
    assert.match(all, /"shop": 1 objects, 7 B, the newest of 2026-01-02T03:04:05Z/);
    assert.match(all, /Bucket cnpg-backups holds nothing else: it would be deleted too/);
    assert.match(all, /Nothing was deleted.*npm run remove-backups -- --confirm cnpg-backups\/homelab/);
    assert.deepEqual(writes(), []);
  });

  it("deletes what is below the path, and the bucket where nothing else is in it", async () => {
    fill("homelab/orders/x");
    const { exitCode, all } = await run(confirmed);
    assert.equal(exitCode, 0, all);
    assert.match(all, /backups at s3:\/\/cnpg-backups\/homelab are deleted, and the bucket/);
    assert.equal(writes().at(-1), "DELETE /cnpg-backups/");
  });

  it("leaves the bucket where a stack whose path begins alike is in it", async () => {
    fill("homelab/orders/x", "homelab2/orders/x");
    assert.match((await run(confirmed)).all, /and nothing else in bucket cnpg-backups/);
    assert.deepEqual([...s3.store.objects.keys()], ["homelab2/orders/x"]);
    assert.ok(!writes().includes("DELETE /cnpg-backups/"));
  });

  it("refuses the whole bucket, another place than the one confirmed, and what it is not told", async () => {
    fill("homelab/x");
    const refused: [RegExp, string[], Record<string, string>][] = [
      [/S3_PATH must be the path of one stack/, ["--confirm", "cnpg-backups/"], { S3_PATH: "/" }],
      [/the place is "cnpg-backups\/homelab"\. Nothing was deleted/, ["--confirm", "cnpg-backups"], {}],
    ];
    for (const [message, args, more] of refused) {
      const { exitCode, all } = await run(args, more);
      assert.equal(exitCode, 1);
      assert.match(all, message);
    }
    assert.deepEqual(writes(), []);
  });

  it("ends with the store's words where one may not be deleted, without a secret", async () => {
    fill("homelab/x");
    s3.store.errors = [{ when: /^DELETE .*\/homelab\/x/, status: 403, code: "AccessDenied" }];
    const { exitCode, all } = await run(confirmed);
    assert.equal(exitCode, 1);
    assert.match(all, /S3 permission problem: could not remove backups from cnpg-backups/);
    assert.ok(!all.includes("not-to-be-shown"));
    assert.ok(s3.store.objects.has("homelab/x"));
  });
});
