import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gzipSync } from "node:zlib";

import { deepCheck } from "../../../../components/archive/deep-check.ts";
import { useFakeS3 } from "../s3/use-fake-s3.ts";
import { archive, backup, segmentName } from "./archives.ts";
import { packedSegment, wholeSegment } from "./packed-segment.ts";

describe("a look into all of an archive", () => {
  const s3 = useFakeS3();
  const held = archive({
    backups: [
      backup({ segments: [10, 11], times: ["10:00:00", "10:01:00"], segmentBytes: packedSegment.bytes }),
    ],
  });

  function put(name: string, content: Uint8Array | string): void {
    s3.store.objects.set(`${held.location.prefix}/${name}`, content);
  }

  function putSegment(number: number, ending = ".zst", content?: Uint8Array): void {
    const name = segmentName(1, number);
    put(`wals/${name.slice(0, 16)}/${name}${ending}`, content ?? wholeSegment(name));
  }

  async function look(abortSignal = new AbortController().signal) {
    const problems: string[] = [];
    const observer = {
      onProblem: (object: string, problem: string) => problems.push(`${object} ${problem}`),
      onProgress: () => undefined,
    };
    const report = await deepCheck(s3.connection, held, observer, abortSignal);
    return { report, problems: problems.sort() };
  }

  function putWhole(): void {
    put("base/20261122T100000/backup.info", "status=DONE");
    for (const number of [10, 11, 12]) putSegment(number);
    putSegment(12, ".partial.zst");
    put("wals/00000002.history.gz", gzipSync("1\t0/D000060\tx\n"));
    put("wals/0000000100000000/00000001000000000000000A.00000028.backup.gz", gzipSync("label"));
  }

  it("finds nothing in a whole one, on however many pages it is listed", async () => {
    putWhole();
    for (const pageSize of [1000, 2]) {
      s3.store.pageSize = pageSize;
      const { report, problems } = await look();
      assert.deepEqual(problems, []);
      assert.deepEqual([report.objects, report.damaged, report.unread], [7, 0, 0]);
      assert.ok(report.bytes > 500);
    }
  });

  it("names each damaged object, of any kind and timeline", async () => {
    putWhole();
    putSegment(11, ".zst", Buffer.alloc(500, "noise"));
    putSegment(12, ".partial.zst", Buffer.alloc(0));
    put("wals/00000002.history.gz", "no gzip");
    put("wals/00000003.history", "nothing");
    put("base/20261122T100000/data.tar.gz", gzipSync(Buffer.alloc(5000, "noise")));
    put("base/20261122T100000/16999.tar.age", "x");
    const { report, problems } = await look();
    assert.deepEqual(problems, [
      "base/20261122T100000/16999.tar.age cannot be unpacked: its ending is not known",
      "base/20261122T100000/data.tar.gz is damaged after its first file: no file begins there",
      "wals/0000000100000000/00000001000000000000000B.zst cannot be unpacked: it does not begin as zstd does",
      "wals/0000000100000000/00000001000000000000000C.partial.zst is empty",
      "wals/00000002.history.gz cannot be unpacked: incorrect header check",
      "wals/00000003.history is no timeline history",
    ]);
    assert.equal(report.damaged, 6);
    assert.deepEqual(report.segments.map(({ name, isPartial }) => [name, isPartial]).sort(), [
      [segmentName(1, 11), false],
      [segmentName(1, 12), true],
    ]);
  });

  it("tries a second time, and does not call damaged what the store does not give", async () => {
    putWhole();
    s3.store.errors = [{ when: /0B\.zst/, status: 503, code: "SlowDown" }];
    const { report, problems } = await look();
    assert.deepEqual([report.objects, report.damaged, report.unread], [7, 0, 1]);
    assert.match(problems.join(), /0B\.zst could not be read\. S3 server problem: .*503/);
    assert.equal(s3.store.requests.filter((line) => line.includes("0B.zst")).length, 2);
  });

  it("ends where the store is not there", async () => {
    for (let number = 0; number < 60; number += 1) putSegment(number, ".zst", Buffer.from("x"));
    s3.store.errors = [{ when: /\.zst/, status: 403, code: "AccessDenied" }];
    await assert.rejects(look(), { name: "S3Failure", message: /^S3 permission problem/ });
    assert.ok(s3.store.requests.length < 40, String(s3.store.requests.length));
  });

  it("ends at once, with what was found so far, when it is told to", async () => {
    for (let number = 10; number < 60; number += 1) putSegment(number, ".zst", Buffer.from("x"));
    const stopping = new AbortController();
    const seen: string[] = [];
    const observer = {
      onProblem: (object: string) => {
        seen.push(object);
        stopping.abort();
      },
      onProgress: () => undefined,
    };
    const report = await deepCheck(s3.connection, held, observer, stopping.signal);
    assert.ok(seen.length >= 1 && seen.length < 10, String(seen.length));
    assert.equal(report.damaged, seen.length);
  });
});
