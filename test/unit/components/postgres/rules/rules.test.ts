import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import * as rules from "../../../../../components/postgres/rules/rules.ts";

type Rule = (value: string | undefined) => string | undefined;

function table(rule: Rule, good: string[], bad: Record<string, RegExp>): void {
  for (const value of good) assert.equal(rule(value), undefined, value);
  for (const [value, message] of Object.entries(bad)) assert.match(rule(value) ?? "", message, value);
}

describe("what a database may be like", () => {
  it("has a name that CloudNativePG takes", () => {
    const long = "a".repeat(46);
    table(rules.clusterNameRule, ["orders", "a", "orders-2", long], {
      "": /first a letter/,
      "2orders": /"2orders"/,
      "orders-": /inner hyphens/,
      Orders: /lower-case/,
      "or.ders": /letters, digits/,
      [`${long}a`]: /1 to 46/,
      "orders\n": /\\n/,
    });
    table(rules.sourceNameRule, ["orders", `${long}aaaa`], {
      [`${long}aaaaa`]: /1 to 50/,
      "orders-": /inner hyphens/,
    });
  });

  it("has a size with a unit", () => {
    table(rules.sizeRule as Rule, ["20Gi", "500Mi", "1.5Ti", "0.5Gi", "10G"], {
      "20": /with its unit/,
      "20GB": /"20GB"/,
      "0Gi": /with its unit/,
      "0.0Gi": /with its unit/,
      "-1Gi": /with its unit/,
      "20 Gi": /with its unit/,
    });
  });

  it("has an image whose tag can say the version", () => {
    table(rules.imageNameRule, ["localhost/postgresql:17", "reg:5000/a/b:17.5@sha256:" + "0".repeat(64)], {
      "localhost/postgresql": /with a tag/,
      "postgresql:17 ": /with a tag/,
      "registry.lan/'$(id)':17": /with a tag/,
      "--image:17": /with a tag/,
    });
  });

  it("has a StorageClass whose name Kubernetes takes", () => {
    table(rules.storageClassRule, ["fast", "ceph-block.v2", "a".repeat(253)], {
      "": /up to 253/,
      Fast: /"Fast"/,
      "-fast": /inner hyphens/,
      "fast' --secret '": /StorageClass/,
      ["a".repeat(254)]: /up to 253/,
    });
  });
});

describe("an image for in-tree backups", () => {
  const images = {
    without: [
      "17.5-minimal-bookworm",
      "18-standard-trixie",
      "17.5-202506300803-minimal-trixie",
      "18-standard",
    ],
    with: ["18.4-system-trixie", "17.5-bookworm", "17"],
  };

  it("has barman-cloud, which two kinds of CloudNativePG's images have not", () => {
    for (const registry of [
      "ghcr.io/cloudnative-pg/postgresql",
      "registry.lan:5000/cloudnative-pg/postgis",
    ]) {
      const bad = images.without.map(
        (tag) => [`${registry}:${tag}`, /-system- variant; or remove backup\.method/] as const,
      );
      const good = images.with.map((tag) => `${registry}:${tag}`);
      table(rules.barmanImageRule("barmanObjectStore"), good, Object.fromEntries(bad));
      table(
        rules.barmanImageRule("plugin"),
        images.without.map((tag) => `${registry}:${tag}`),
        {},
      );
    }
  });

  it("may be anybody else's, whatever its tag", () => {
    table(rules.barmanImageRule("barmanObjectStore"), ["registry.lan/postgresql:17-minimal-with-barman"], {});
    assert.equal(rules.barmanImageRule("barmanObjectStore")(undefined), undefined);
  });
});

describe("when and how long backups are taken and kept", () => {
  it("is six fields, seconds first", () => {
    table(rules.scheduleRule, ["0 0 2 * * *", "0 */15 * * * *", "30 5 1 * * MON-FRI", "@daily"], {
      "0 2 * * *": /write "0 0 2 \* \* \*"/,
      "0 0 25 * * *": /six fields/,
      "61 0 2 * * *": /six fields/,
      nightly: /six fields/,
      "": /six fields/,
      "0 0 2 * * L": /six fields/,
    });
  });

  it("turns any schedule of five fields into the right one of six", () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(minute, hour, (m, h) => {
        const said = /write "(.*)"$/.exec(rules.scheduleRule(`${m} ${h} * * *`) ?? "")?.[1];
        assert.equal(rules.scheduleRule(said), undefined);
        assert.equal(said, `0 ${m} ${h} * * *`);
      }),
    );
  });

  it("is a retention that the CRD takes", () => {
    table(rules.retentionRule, ["1d", "14d", "4w", "3m"], {
      "0d": /14d, 4w or 3m/,
      "14": /14d/,
      "14 d": /14d/,
      "1y": /14d/,
      "2h": /14d/,
    });
  });

  it("is one retention, however often it is said", () => {
    const [here, there] = ["backup.retention", "backup.objectStore.retentionPolicy"];
    for (const said of [{}, { [here]: "30d" }, { [there]: "2d" }, { [here]: "30d", [there]: "30d" }])
      assert.equal(rules.retentionsRule(said), undefined);
    assert.match(
      rules.retentionsRule({ [here]: "30d", [there]: "2d" }) ?? "",
      /set twice: backup\.retention is "30d", and backup\.objectStore\.retentionPolicy is "2d"\. Remove one/,
    );
  });

  it("is a compression that the method knows", () => {
    table(rules.dataCompressionRule("plugin"), ["snappy", "lz4", "gzip", "bzip2", "none"], {
      zstd: /one of snappy/,
    });
    table(rules.dataCompressionRule("barmanObjectStore"), ["snappy", "none"], {
      lz4: /may not know lz4/,
      xz: /one of snappy/,
    });
    table(rules.walCompressionRule, ["lz4", "zstd", "xz", "none"], {
      brotli: /one of zstd/,
      LZ4: /one of zstd/,
    });
  });
});

describe("the place to recover from", () => {
  it("has a bucket and a server name, and what there is between them", () => {
    table(rules.archiveRule, ["s3://backups/orders", "s3://backups/a/b/ORDERS_1", "s3://backups/a/orders/"], {
      orders: /like s3:\/\/BUCKET\/SERVERNAME, not "orders"/,
      "s3://backups": /like s3/,
      "s3://Backups/orders": /its bucket must be a bucket name/,
      "s3://backups/a/../orders": /its path must be a prefix/,
      "s3://backups/a/-orders": /its last part must be up to 63/,
    });
  });

  it("is the one or the other", () => {
    assert.equal(rules.sourceRule({ archive: "s3://b/orders", from: undefined }), undefined);
    assert.equal(rules.sourceRule({ archive: undefined, from: "orders", serverName: "x" }), undefined);
    assert.match(
      rules.sourceRule({ archive: "s3://b/x", serverName: "x" }) ?? "",
      /recovery\.serverName a part of it/,
    );
    assert.match(rules.sourceRule({ archive: undefined, serverName: "x" }) ?? "", /recovery\.from is needed/);
  });
});

describe("the moment to recover to", () => {
  it("has a time zone and is past", () => {
    const hour = 3_600_000;
    const tomorrow = new Date(Date.now() + 24 * hour).toISOString();
    table(rules.targetTimeRule, ["2026-01-22T10:00:00Z", "2026-01-22 10:00:00.123+02:00"], {
      "2026-01-22T10:00:00": /time zone/,
      "2026-13-22T10:00:00Z": /time zone/,
      yesterday: /time zone/,
      [tomorrow]: /in the future/,
    });
  });
});
