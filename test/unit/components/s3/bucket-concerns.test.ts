import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  bucketConcerns,
  deletesBelow,
  grantsToOthers,
  publicPermissions,
} from "../../../../components/s3/bucket-concerns.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

describe("grantsToOthers", () => {
  const user = (uid: string): string => `arn:aws:iam::${uid}`;
  const named = (...AWS: string[]): string => policy({ ...allow, Principal: { AWS } });
  const rows: [string, string, string[], owner?: string][] = [
    ["everyone", policy({ ...allow, Principal: "*" }), ["everyone: s3:GetObject"]],
    ["everyone, as AWS writes it", policy({ ...allow, Principal: { AWS: "*" } }), ["everyone: s3:GetObject"]],
    [
      "everyone in a list, several actions",
      policy({
        ...allow,
        Principal: { AWS: ["arn:aws:iam:::user/a", "*"] },
        Action: ["s3:Get*", "s3:List*"],
      }),
      ["everyone: s3:Get*, s3:List*"],
    ],
    [
      "a lone statement",
      JSON.stringify({ Statement: { ...allow, Principal: "*" } }),
      ["everyone: s3:GetObject"],
    ],
    ["another user", named(user(":user/copy")), ['"arn:aws:iam:::user/copy": s3:GetObject']],
    ["the owner", named(user(":user/cnpg")), []],
    [
      "the owner and another",
      named(user(":user/cnpg"), user(":user/x")),
      ['"arn:aws:iam:::user/x": s3:GetObject'],
    ],
    ["the owner, in a tenant", named(user("lab:user/cnpg")), [], "lab$cnpg"],
    [
      "its namesake in no tenant",
      named(user(":user/cnpg")),
      ['"arn:aws:iam:::user/cnpg": s3:GetObject'],
      "lab$cnpg",
    ],
    [
      "all of the owner's tenant",
      named(user("lab:root")),
      ['"arn:aws:iam::lab:root": s3:GetObject'],
      "lab$cnpg",
    ],
    ["the owning account", named(user("RGW1:root"), user("RGW1:user/a"), "RGW1"), [], "RGW1"],
    ["another account", named("RGW2"), ['"RGW2": s3:GetObject'], "RGW1"],
    ["a user of AWS, whose owners are ids", named(user("123456789012:user/x")), [], "0f".repeat(32)],
    [
      "another user under a condition",
      policy({ ...allow, Principal: { AWS: "x" }, Condition: { Bool: {} } }),
      [],
    ],
    [
      "everyone, under no condition",
      policy({ ...allow, Principal: "*", Condition: {} }),
      ["everyone: s3:GetObject"],
    ],
    [
      "everyone but one",
      policy({ ...allow, NotPrincipal: { AWS: "arn:aws:iam:::user/a" } }),
      ['everyone but "arn:aws:iam:::user/a": s3:GetObject'],
    ],
    [
      "all but some actions",
      policy({ Effect: "Allow", Principal: "*", NotAction: "s3:PutObject" }),
      ["everyone: everything but s3:PutObject"],
    ],
    ["a denial to all but one", policy({ ...allow, Effect: "Deny", NotPrincipal: { AWS: "a" } }), []],
    ["everyone under a condition", policy({ ...allow, Principal: "*", Condition: { IpAddress: {} } }), []],
    ["a denial", policy({ ...allow, Effect: "Deny", Principal: "*" }), []],
    ["no policy", "", []],
    ["something else", '{"Statement": 5}', []],
  ];
  for (const [what, text, expected, owner = "cnpg"] of rows) {
    it(what, () => {
      const found = grantsToOthers(text, owner).map(({ who, actions }) => `${who}: ${actions}`);
      assert.deepEqual(found, expected);
    });
  }

  it("cannot tell others from an owner that is not known", () => {
    assert.deepEqual(grantsToOthers(named(user(":user/copy")), undefined), []);
    assert.equal(grantsToOthers(policy({ ...allow, Principal: "*" }), undefined).length, 1);
  });
});

describe("publicPermissions", () => {
  it("are those of groups that anybody is in", () => {
    const group = (name: string): { URI: string; Type: "Group" } => ({
      URI: `http://acs.amazonaws.com/groups/${name}`,
      Type: "Group",
    });
    assert.deepEqual(
      publicPermissions([
        { Grantee: { ID: "us", Type: "CanonicalUser" }, Permission: "FULL_CONTROL" },
        { Grantee: group("global/AllUsers"), Permission: "READ" },
        { Grantee: group("global/AuthenticatedUsers"), Permission: "WRITE" },
        { Grantee: group("s3/LogDelivery"), Permission: "WRITE" },
      ]),
      ["READ", "WRITE"],
    );
  });
});

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

describe("bucketConcerns", () => {
  const s3 = useFakeS3();

  it("names what everyone may do, and what deletes backups", async () => {
    s3.store.policy = policy({ ...allow, Principal: "*" });
    s3.store.lifecycle =
      "<Rule><ID>tidy</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>" +
      "<Expiration><Days>3</Days></Expiration></Rule>";
    const found = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /policy of bucket cnpg-backups lets everyone do "s3:GetObject"/);
    assert.match(found[1] ?? "", /Lifecycle rule "tidy" .* deletes objects under lab\//);
  });

  it("names who else may, by the owner in the ACL", async () => {
    const AWS = ["arn:aws:iam:::user/us", "arn:aws:iam:::user/copy"];
    s3.store.policy = policy({ ...allow, Principal: { AWS } });
    const [only, ...more] = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.deepEqual(more, []);
    assert.match(only ?? "", /lets "arn:aws:iam:::user\/copy" do "s3:GetObject", .* That may be intended/);
  });

  it("has nothing to say of a private bucket, nor where the store does not tell", async () => {
    assert.deepEqual(await bucketConcerns(s3.connection, "cnpg-backups", "/lab"), []);
    s3.store.errors = [{ when: /policy|acl|lifecycle/, status: 501, code: "NotImplemented" }];
    assert.deepEqual(await bucketConcerns(s3.connection, "cnpg-backups", "/lab"), []);
    const nowhere = { ...s3.connection, endpoint: "http://127.0.0.1:1" };
    assert.deepEqual(await bucketConcerns(nowhere, "cnpg-backups", "/lab"), []);
  });
});
