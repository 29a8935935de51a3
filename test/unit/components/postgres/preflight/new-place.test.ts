import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { judgeBucket } from "../../../../../components/postgres/preflight/judge-bucket.ts";
import { observeNewPlace } from "../../../../../components/postgres/preflight/observe-bucket.ts";
import { wholeSegment } from "../../archive/packed-segment.ts";
import { useFakeS3 } from "../../s3/use-fake-s3.ts";
import { segmentName } from "../../archive/archives.ts";
import { planned } from "../plans.ts";
import { store as storeSettings } from "../settings.ts";

const backupInfo = `begin_time=2026-11-22 10:00:00+00:00
begin_wal=000000010000000000000001
cluster_size=31457280
end_time=2026-11-22 10:00:04+00:00
end_wal=000000010000000000000001
end_xlog=0/100158
status=DONE
systemid=7575757575757575757
timeline=1
xlog_segment_size=1048576
`;

describe("the look into the bucket before a database is made", () => {
  const s3 = useFakeS3();

  const first = "000000010000000000000001";

  /** A lineage that can be restored, below `lab/orders`. */
  function putLineage(serverName: string, day = 22): void {
    const prefix = `lab/orders/${serverName}`;
    const modified = new Date(`2026-11-${day}T10:05:00Z`);
    for (const [name, content] of [
      [`base/202611${day}T100000/backup.info`, backupInfo.replaceAll("11-22", `11-${day}`)],
      [`base/202611${day}T100000/data.tar.gz`, "data"],
      [`wals/0000000100000000/${first}.zst`, wholeSegment(first)],
    ] as const) {
      s3.store.objects.set(`${prefix}/${name}`, content);
      s3.store.modified.set(`${prefix}/${name}`, modified);
    }
  }

  async function look(plan: ReturnType<typeof planned>, volumes: string[] = [], isPreview = false) {
    const seen = await observeNewPlace({ plan, volumes }, { target: s3.connection, source: s3.connection });
    const situation = { plan, volumes, live: { state: "absent" } as const };
    const { problem, remarks } = judgeBucket(situation, seen, { isPreview, now: new Date() });
    const said = remarks.map(({ text, isNote = false }) => `${isNote ? "info" : "warning"}: ${text}`);
    return { problem, said };
  }

  it("finds nothing wrong with an empty place, or with one lineage to recover from", async () => {
    assert.deepEqual(await look(planned()), { problem: undefined, said: [] });
    putLineage("orders");
    for (const recovery of [{}, { serverName: "orders" }]) {
      assert.deepEqual(await look(planned({ clusterName: "again", recovery })), {
        problem: undefined,
        said: [],
      });
      // Under its own name, in a place of its own.
      assert.deepEqual(await look(planned({ recovery })), { problem: undefined, said: [] });
    }
  });

  it("refuses a place that holds another's WAL", async () => {
    putLineage("orders");
    const { problem = "" } = await look(planned());
    assert.match(
      problem,
      /^s3:\/\/cnpg-backups\/lab\/orders\/orders holds WAL or backups of another "orders"/,
    );
    assert.match(problem, /set recovery\.from to "orders".*such as "orders-new"/);
  });

  it("says of a place with a later lineage of the same database how to go on from that", async () => {
    putLineage("orders", 20);
    putLineage("orders-2", 22);
    const { problem = "", said } = await look(planned({ recovery: { serverName: "orders" } }));
    assert.match(problem, /lab\/orders\/orders-2 holds a later lineage than "orders" already/);
    assert.match(problem, /set recovery\.serverName to "orders-2"/);
    assert.doesNotMatch(problem, /recovery\.from/);
    assert.match(said.join(), /^warning: recovery: .*newer than "orders" .*"orders-2"/);
    assert.deepEqual(await look(planned({ recovery: { serverName: "orders-2" } })), {
      problem: undefined,
      said: [],
    });
  });

  it("does not let a database write to where it is recovered from", async () => {
    putLineage("orders");
    const { problem = "" } = await look(planned({ serverName: "orders", recovery: {} }));
    assert.match(problem, /is what the database is to be recovered from.*Remove backup\.serverName/);
  });

  it("asks which lineage to recover, where there are several and none is named", async () => {
    putLineage("orders", 20);
    putLineage("orders-2", 22);
    for (const clusterName of ["orders", "again"]) {
      const { problem = "" } = await look(planned({ clusterName, recovery: {} }));
      assert.match(
        problem,
        /^recovery: s3:\/\/cnpg-backups\/lab\/orders holds the backups of more than one lineage: "orders-2" \(last base backup 20261122T100000, last WAL 2026-11-22T10:05:00Z\), "orders" \(last base backup 20261120T100000,/,
      );
      assert.match(problem, /Set recovery\.serverName/);
    }
    // The old one is cleaned up.
    for (const key of s3.store.objects.keys())
      if (key.startsWith("lab/orders/orders/")) s3.store.objects.delete(key);
    const { problem = "" } = await look(planned({ recovery: {} }));
    assert.match(problem, /holds other lineages: "orders-2"/);
  });

  it("warns where one is named and there is a newer one, and not of an older one", async () => {
    putLineage("orders", 20);
    putLineage("orders-2", 22);
    const again = (serverName: string) => planned({ clusterName: "again", recovery: { serverName } });
    const { problem, said } = await look(again("orders"));
    assert.equal(problem, undefined);
    assert.match(said.join(), /^warning: recovery: .*newer than "orders" \(.*: "orders-2" \(/);
    assert.deepEqual(await look(again("orders-2")), { problem: undefined, said: [] });
  });

  it("says what is wrong with the source", async () => {
    const { problem = "" } = await look(planned({ clusterName: "again", recovery: {} }));
    assert.match(problem, /^recovery: there is no base backup at s3:\/\/cnpg-backups\/lab\/orders\/orders/);
  });

  describe("into the WAL that a recovery needs", () => {
    const again = (recovery = {}) => planned({ clusterName: "again", recovery });
    const folder = "lab/orders/orders/wals/0000000100000000";
    const noise = Buffer.alloc(5000, "noise");

    /** Segment n is archived n minutes after ten, the first one, which the backup needs, at five past. */
    function putWal(number: number, content: Uint8Array = wholeSegment(segmentName(1, number))): void {
      const key = `${folder}/${segmentName(1, number)}.zst`;
      s3.store.objects.set(key, content);
      s3.store.modified.set(key, new Date(`2026-11-22T10:${String(10 + number)}:00Z`));
    }

    it("warns of a damaged segment, and how far a recovery gets", async () => {
      putLineage("orders");
      for (const number of [2, 3, 4, 5]) putWal(number);
      assert.deepEqual(await look(again()), { problem: undefined, said: [] });
      putWal(4, noise);
      const { problem, said } = await look(again());
      assert.equal(problem, undefined);
      assert.match(
        said.join("\n"),
        /^warning: recovery: WAL 0{7}10{15}4 cannot be unpacked: .*\. So nothing after 2026-11-22T10:13:00Z can be restored from this backup\. Recovery gets to the end of WAL 0{7}10{15}3\. Set targetTime to a moment before that/,
      );
      assert.match(
        said[1] ?? "",
        /the update will then end with an error\. .*recovery\.acceptLoss to "0{7}10{15}4"\.$/,
      );
      assert.equal(said.length, 2);
      const accepting = planned({
        clusterName: "again",
        recovery: { acceptLoss: "000000010000000000000004" },
      });
      assert.equal((await look(accepting)).said.length, 1);
    });

    it("warns of the last one, and of an empty one", async () => {
      putLineage("orders");
      putWal(2);
      putWal(3, noise);
      assert.match(
        (await look(again())).said.join(),
        /WAL 0{7}10{15}3 cannot be unpacked.*after 2026-11-22T10:12:00Z/,
      );
      putWal(3, Buffer.alloc(0));
      assert.match(
        (await look(again())).said.join(),
        /WAL 0{7}10{15}3 is empty\. So nothing after 2026-11-22T10:12:00Z/,
      );
    });

    it("refuses a moment that is beyond it, and not one before it", async () => {
      putLineage("orders");
      for (const number of [2, 3, 4, 5]) putWal(number);
      for (const number of [40, 41, 42, 43, 44]) putWal(number - 34);
      putWal(3, noise);
      const late = await look(again({ targetTime: "2026-11-22T10:50:00Z" }));
      assert.match(
        late.problem ?? "",
        /^recovery: WAL 0{7}10{15}3 cannot be unpacked.*Choose an earlier targetTime/,
      );
      assert.equal((await look(again({ targetTime: "2026-11-22T10:06:00Z" }))).problem, undefined);
    });

    it("refuses a base backup whose own WAL is damaged", async () => {
      putLineage("orders");
      s3.store.objects.set(`${folder}/${first}.zst`, wholeSegment(first, { systemId: "1" }));
      const { problem = "" } = await look(again());
      assert.match(
        problem,
        /^recovery: backup 20261122T100000 cannot be restored: 0{7}10{15}1, WAL that it needs to be consistent, is WAL of another database \(system identifier 1,/,
      );
    });

    it("goes on where the store does not let it look", async () => {
      putLineage("orders");
      s3.store.errors.push({ when: /\.zst/, status: 503, code: "SlowDown" });
      const { problem, said } = await look(again());
      assert.equal(problem, undefined);
      assert.match(
        said.join(),
        /^warning: recovery: None of the 1 WAL segments .* could be looked into\. S3 server problem/,
      );
    });
  });

  it("names what lies nearby, where the place holds nothing", async () => {
    putLineage("orders/orders");
    const { problem = "" } = await look(
      planned({ clusterName: "again", recovery: { serverName: "orders" } }),
    );
    assert.match(
      problem,
      /there is no base backup at .* s3:\/\/cnpg-backups\/lab\/orders\/orders holds no archive; s3:\/\/cnpg-backups\/lab\/orders\/orders\/orders does\.$/,
    );
  });

  it("does not take what is beside a place for its other lineages", async () => {
    putLineage("orders", 20);
    putLineage("customers", 22);
    const place = { from: undefined, store: { ...storeSettings, path: "lab/orders" }, serverName: "orders" };
    assert.deepEqual(await look(planned({ clusterName: "again", recovery: place })), {
      problem: undefined,
      said: [],
    });
  });

  it("does not keep anybody from recovering where the archive cannot be read in full", async () => {
    putLineage("orders");
    const again = planned({ clusterName: "again", recovery: {} });
    s3.store.errors.push({ when: /backup\.info/, status: 503, code: "SlowDown" });
    const busy = await look(again);
    assert.equal(busy.problem, undefined);
    assert.match(
      busy.said.join(),
      /^warning: recovery: continues without a look at what s3:\/\/.*orders holds, which failed: /,
    );
    s3.store.errors.push({ when: /backup\.info/, status: 403, code: "AccessDenied" });
    s3.store.errors.shift();
    assert.match((await look(again)).problem ?? "", /could not read s3:/);
  });

  it("looks at volumes that are left first: they are taken over, or in the way", async () => {
    const starts = /^info: Database shop\/orders starts from the volumes .*orders-1\.$/;
    putLineage("orders", 20);
    for (const plan of [planned(), planned({ serverName: "orders-new" })]) {
      const taken = await look(plan, ["orders-1"]);
      assert.equal(taken.problem, undefined);
      assert.match(taken.said.join(), starts);
    }
    putLineage("orders-2", 22);
    for (const plan of [planned({ serverName: "orders-2" }), planned({ serverName: "orders" })]) {
      assert.match((await look(plan, ["orders-1"])).said.join(), starts);
    }
    const { problem = "" } = await look(planned({ clusterName: "again", recovery: {} }), ["again-1"]);
    assert.match(problem, /shop\/again cannot be recovered while the volumes .*again-1/);
    assert.doesNotMatch(problem, /delete/, "they hold what was written last");
    assert.equal((await look(planned({ recovery: {} }), ["orders-1"])).problem, undefined);
  });

  it("does not let volumes of a later lineage archive to the place of an earlier one", async () => {
    putLineage("orders", 20);
    putLineage("orders-2", 22);
    const { problem = "", said } = await look(planned(), ["orders-1"]);
    assert.match(
      problem,
      /^Database shop\/orders would start from the volumes .*\(orders-1\), and archive as "orders"\. s3:\/\/cnpg-backups\/lab\/orders holds "orders-2" \(.*\), "orders" \(.*most likely "orders-2"/,
    );
    assert.deepEqual(said, []);
    // The way out that an entry with a recovery is told leads to the later one.
    const recovery = { serverName: "orders-2" };
    const inTheWay = (await look(planned({ recovery }), ["orders-1"])).problem ?? "";
    assert.match(inTheWay, /Without recovery and with backup\.serverName "orders-2" it continues with them:/);
  });

  it("is an error of an update and a warning of a preview where the store does not let it", async () => {
    s3.store.errors.push({ when: /list-type/, status: 404, code: "NoSuchBucket" });
    const { problem = "" } = await look(planned());
    assert.match(problem, /bucket cnpg-backups does not exist/);
    const preview = await look(planned(), [], true);
    assert.equal(preview.problem, undefined);
    assert.match(preview.said.join(), /^warning: The update will look into the bucket; .*does not exist/);
  });
});
