import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { parseBackup } from "../../../../components/archive/base-backup.ts";

/** As barman-cloud 3.19 writes it. */
const info = String.raw`backup_label='START WAL LOCATION: 0/A000028 (file 00000001000000000000000A)\nCHECKPOINT LOCATION: 0/A000080\n'
backup_name=backup-20261122100000
begin_offset=40
begin_time=2026-11-22 10:00:00.123456+00:00
begin_wal=00000001000000000000000A
begin_xlog=0/A000028
cluster_size=31457280
compression=None
copy_stats={'copy_time': 3.2, 'number_of_workers': 2}
end_offset=344
end_time=2026-11-22 10:00:04.005000+00:00
end_wal=00000001000000000000000B
end_xlog=0/B000158
error=None
mode=concurrent
pgdata=/var/lib/postgresql/data/pgdata
server_name=cloud
size=None
status=DONE
systemid=7575757575757575757
tablespaces=None
timeline=1
version=170006
xlog_segment_size=67108864
`;
const withTablespaces = info.replace(
  "tablespaces=None",
  `tablespaces=[('fast', 16999, '/var/lib/postgresql/tablespaces/fast/data'), ("o'b", 17000, '/x')]`,
);
const started = info
  .replace("status=DONE", "status=STARTED")
  .replace(/^end_.*$/gm, (line) => line.replace(/=.*/, "=None"));

const files = (...names: string[]) => ["backup.info", ...names].map((name) => ({ name, bytes: 10240 }));

describe("parseBackup", () => {
  it("reads what barman writes", () => {
    assert.deepEqual(parseBackup("20261122T100000", info, files("data.tar.gz")), {
      id: "20261122T100000",
      status: "DONE",
      extent: {
        beginTime: new Date("2026-11-22T10:00:00.123Z"),
        endTime: new Date("2026-11-22T10:00:04.005Z"),
        timeline: 1,
        beginWal: "00000001000000000000000A",
        endWal: "00000001000000000000000B",
        endLsn: "0/B000158",
      },
      databaseBytes: 31457280,
      storedBytes: 20480,
      systemId: "7575757575757575757",
      walSegmentBytes: 67108864,
      missingFiles: [],
    });
  });

  it("knows a backup that has not ended", () => {
    const backup = parseBackup("20261122T100000", started, files());
    assert.equal(backup?.status, "STARTED");
    assert.equal(backup.extent, undefined);
  });

  it("says which files are missing", () => {
    const cases: [string, string[], string[]][] = [
      [info, [], ["data.tar"]],
      [info, ["data.tar"], []],
      [info, ["data.tar.snappy", "data_0001.tar.snappy", "data_0002.tar.snappy"], []],
      [info, ["data.tar.lz4", "data_0002.tar.lz4"], ["data_0001.tar"]],
      [info, ["database.tar", "data.txt"], ["data.tar"]],
      [withTablespaces, ["data.tar", "16999.tar.bz2", "17000.tar"], []],
      [withTablespaces, ["data.tar", "16999.tar", "16999_0001.tar"], ["17000.tar"]],
      [`${info}snapshots_info={}\n`, [], []],
    ];
    for (const [text, names, missing] of cases) {
      assert.deepEqual(parseBackup("x", text, files(...names))?.missingFiles, missing, names.join());
    }
    const empty = [{ name: "data.tar", bytes: 0 }];
    assert.deepEqual(parseBackup("x", info, empty)?.missingFiles, ["data.tar"]);
  });

  it("takes nothing else for a backup.info", () => {
    const broken = [
      info.replace("begin_time=2026-11-22 10:00:00.123456+00:00", "begin_time=yesterday"),
      info.replace("timeline=1", "timeline=one"),
      info.replace("begin_wal=00000001000000000000000A", "begin_wal=A"),
      info.replace("xlog_segment_size=67108864", "xlog_segment_size=0"),
      info.replace("xlog_segment_size=67108864", "xlog_segment_size=30000000"),
    ];
    for (const text of broken) assert.equal(parseBackup("x", text, []), undefined);
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(parseBackup("x", text, [])?.extent, undefined);
      }),
    );
  });
});
