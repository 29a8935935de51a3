import assert from "node:assert/strict";
import { describe, it } from "mocha";

import {
  archiveProblems,
  isLastWalMissing,
  parseArchiver,
} from "../../../../../components/postgres/wait/archived.ts";
import { useFakeS3 } from "../../s3/use-fake-s3.ts";
import { backupInfo, segmentName } from "../../archive/archives.ts";
import { fakeKubernetes } from "./fake-kubernetes.ts";

const archive = { bucket: "cnpg-backups", prefix: "lab/orders/orders" };
const plan = { namespace: "shop", clusterName: "orders", archive };

describe("what PostgreSQL counts as archived", () => {
  const s3 = useFakeS3();
  const put = (name: string, content = "x") => s3.store.objects.set(`${archive.prefix}/${name}`, content);
  const object = (wal: string) => `wals/${wal.slice(0, 16)}/${wal}.zst`;
  const last = segmentName(1, 9);
  const says = (prints: string) => ({ exec: () => ({ prints }) });
  const problems = async (prints: string) =>
    archiveProblems(plan, "orders-1", await fakeKubernetes(says(prints)), s3.connection);

  it("is in the bucket, or it is said that it is not, whatever the conditions say", async () => {
    put("base/20261122T020000/backup.info", backupInfo(22));
    put("base/20261122T020000/data.tar");
    const [said = "", ...others] = await problems(`${last}|0|0\n`);
    assert.match(
      said,
      /^counts WAL 000000010000000000000009 as archived, and it is not at s3:\/\/cnpg-backups\/lab/,
    );
    assert.deepEqual(others, []);
    put(object(last));
    assert.deepEqual(await problems(`${last}|0|0\n`), []);
  });

  it("may be of before the newest base backup: moved away from, or deleted by the retention", async () => {
    assert.equal(await isLastWalMissing(s3.connection, archive, last), false, "no base backup yet");
    const wals = { begin_wal: segmentName(1, 10), end_wal: segmentName(1, 10) };
    put("base/20261122T020000/backup.info", backupInfo(22, wals));
    put("base/20261122T020000/data.tar");
    assert.equal(await isLastWalMissing(s3.connection, archive, last), false);
    for (const wal of [
      segmentName(1, 10),
      `${segmentName(1, 11)}.00000028.backup`,
      `${segmentName(2, 3)}.partial`,
    ])
      assert.equal(await isLastWalMissing(s3.connection, archive, wal), true, wal);
    for (const none of ["", "00000002.history"])
      assert.equal(await isLastWalMissing(s3.connection, archive, none), false);
  });

  it("may be nothing for days, in a database that nobody uses or that follows another", async () => {
    assert.deepEqual(await problems("|0|0\n"), []);
    assert.deepEqual(await problems("\n"), []);
    assert.deepEqual(s3.store.requests, []);
  });

  it("hangs where files wait for longer than the archiver needs", async () => {
    assert.deepEqual(await problems("|3|800\n"), []);
    assert.match(
      (await problems("|3|1300\n")).join(),
      /^has 3 files of WAL that wait to be archived, the oldest for 22 minutes/,
    );
    assert.match((await problems("|1|7300\n")).join(), /^has 1 file of WAL that wait.*for 2 hours/);
  });

  it("is not known where nobody may ask, or the store does not answer", async () => {
    const forbidden = await fakeKubernetes({ exec: () => ({ status: 403 }) });
    assert.deepEqual(await archiveProblems(plan, "orders-1", forbidden, s3.connection), []);
    assert.deepEqual(await archiveProblems(plan, undefined, forbidden, s3.connection), []);
    s3.store.errors.push({ when: /./, status: 500, code: "InternalError" });
    assert.deepEqual(await problems(`${last}|0|0\n`), []);
    assert.equal(parseArchiver("ERROR: no such view"), undefined);
  });
});
