import assert from "node:assert/strict";
import { describe, it } from "mocha";

import type { LifecycleRule } from "@aws-sdk/client-s3";

import {
  deletesBelow,
  endsUploadsBelow,
  endsVersionsBelow,
} from "../../../../components/s3/bucket-lifecycle.ts";

describe("deletesBelow", () => {
  const rule = { Status: "Enabled" as const, Expiration: { Days: 30 }, Filter: { Prefix: "" } };
  /** As rules were written before 2016. */
  const old = (prefix: string): typeof rule =>
    Object.assign({}, rule, { Filter: undefined }, { Prefix: prefix });
  const rows: [string, Parameters<typeof deletesBelow>[0], boolean][] = [
    ["all objects", rule, true],
    ["our prefix", { ...rule, Filter: { Prefix: "lab/" } }, true],
    ["a database's prefix", { ...rule, Filter: { Prefix: "lab/orders/" } }, true],
    ["a prefix with a tag", { ...rule, Filter: { And: { Prefix: "lab/", Tags: [] } } }, true],
    ["a prefix in the old place", old("lab"), true],
    [
      "at a date",
      { Status: "Enabled", Expiration: { Date: new Date("2030-01-01") }, Filter: { Prefix: "" } },
      true,
    ],
    ["a tag, whatever the prefix", { ...rule, Filter: { Tag: { Key: "a", Value: "b" } } }, false],
    ["a size, as base backups have", { ...rule, Filter: { ObjectSizeGreaterThan: 1_000 } }, true],
    ["tags, whatever the prefix", { ...rule, Filter: { And: { Tags: [{ Key: "a", Value: "b" }] } } }, false],
    ["an empty filter", { ...rule, Filter: {} }, true],
    ["another prefix", { ...rule, Filter: { Prefix: "logs/" } }, false],
    ["another prefix in the old place", old("logs/"), false],
    ["switched off", { ...rule, Status: "Disabled" }, false],
    [
      "parts of broken uploads",
      { Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      false,
    ],
  ];
  for (const [what, given, expected] of rows) {
    it(what, () => {
      assert.equal(deletesBelow(given, "lab/"), expected);
    });
  }
});

describe("endsVersionsBelow and endsUploadsBelow", () => {
  const rule: LifecycleRule = {
    Status: "Enabled",
    NoncurrentVersionExpiration: { NoncurrentDays: 3 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
  };
  const rows: [string, LifecycleRule, boolean][] = [
    ["all objects", rule, true],
    ["our prefix", { ...rule, Filter: { Prefix: "lab/" } }, true],
    ["one above it", { ...rule, Filter: { Prefix: "la" } }, true],
    ["a part of it only", { ...rule, Filter: { Prefix: "lab/orders/" } }, false],
    ["another prefix", { ...rule, Filter: { Prefix: "logs/" } }, false],
    ["objects with a tag", { ...rule, Filter: { Tag: { Key: "a", Value: "b" } } }, false],
    ["switched off", { ...rule, Status: "Disabled" }, false],
    ["something else", { Status: "Enabled", Expiration: { Days: 3 } }, false],
  ];
  for (const [what, given, expected] of rows) {
    it(what, () => {
      assert.deepEqual(
        [endsVersionsBelow(given, "lab/"), endsUploadsBelow(given, "lab/")],
        [expected, expected],
      );
    });
  }
});
