import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { archiveObject } from "../../../../components/archive/archive-object.ts";
import { listing } from "../../../../components/archive/listing.ts";
import { at } from "./archives.ts";

describe("archiveObject", () => {
  it("knows what a recovery reads", () => {
    const segment = "00000001000000000000000A";
    const folder = "wals/0000000100000000";
    assert.deepEqual(archiveObject("base/20261122T100000/data.tar.gz"), {
      kind: "backup",
      id: "20261122T100000",
      file: "data.tar.gz",
    });
    for (const ending of ["", ".gz", ".bz2", ".xz", ".snappy", ".zst", ".lz4"]) {
      const whole = { kind: "segment", name: segment, isPartial: false, packing: ending };
      assert.deepEqual(archiveObject(`${folder}/${segment}${ending}`), whole);
      assert.deepEqual(archiveObject(`${folder}/${segment}.partial${ending}`), { ...whole, isPartial: true });
      const history = { kind: "history", timeline: 0xa, packing: ending };
      assert.deepEqual(archiveObject(`wals/0000000A.history${ending}`), history);
    }
  });

  it("passes over everything else", () => {
    const others = [
      "wals/0000000100000000/00000001000000000000000A.00000028.backup.gz",
      "wals/00000001000000000000000A",
      "wals/0000000100000000/00000001000000000000000A.gz.tmp",
      "base/20261122T100000/annotations/keep",
      "base/x",
      "",
    ];
    for (const name of others) assert.equal(archiveObject(name), undefined, name);
  });
});

describe("listing", () => {
  const listed = (name: string, bytes = 1000, modifiedAt = at("10:00:00")) => ({ name, bytes, modifiedAt });

  it("sorts WAL by name, and takes no empty object for WAL", async () => {
    const { segments, partialSegments, damaged } = await listing([
      [
        listed("wals/0000000200000000/00000002000000000000000B.zst"),
        listed("wals/0000000100000000/00000001000000000000000C.zst", 0),
        listed("wals/0000000100000000/00000001000000000000000B.partial.zst"),
        listed("wals/0000000100000000/00000001000000000000000A.zst"),
      ],
    ]);
    assert.deepEqual(
      Array.from(segments, ({ name }) => name),
      ["00000001000000000000000A", "00000002000000000000000B"],
    );
    assert.deepEqual(
      damaged.map(({ name, reason }) => [name, reason]),
      [["00000001000000000000000C", "is empty"]],
    );
    assert.deepEqual(
      partialSegments.map(({ name }) => name),
      ["00000001000000000000000B"],
    );
  });

  it("counts a segment once that was archived twice, with its later time", async () => {
    const name = "wals/0000000100000000/00000001000000000000000A";
    const times = [at("10:00:00"), at("12:00:00"), at("11:00:00")];
    const endings = ["", ".gz", ".zst"];
    const { segments } = await listing([
      times.map((time, index) => listed(`${name}${endings[index] ?? ""}`, 1, time)),
    ]);
    assert.deepEqual(
      Array.from(segments, ({ archivedAt, packing }) => [archivedAt, packing]),
      [[at("12:00:00"), ""]],
      "barman takes the first one by name",
    );
  });
});
