import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { bucketConcerns, publicPermissions } from "../../../../components/s3/bucket-concerns.ts";
import { useFakeS3 } from "./use-fake-s3.ts";

const policy = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };

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

const nothing = { warnings: [], notes: [] };

describe("bucketConcerns", () => {
  const s3 = useFakeS3();

  it("names what everyone may do, and what deletes backups", async () => {
    s3.store.policy = policy({ ...allow, Principal: "*" });
    s3.store.lifecycle =
      "<Rule><ID>tidy</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>" +
      "<Expiration><Days>3</Days></Expiration></Rule>";
    const found = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.equal(found.warnings.length, 2);
    assert.match(found.warnings[0] ?? "", /policy of bucket cnpg-backups lets everyone do "s3:GetObject"/);
    assert.match(found.warnings[1] ?? "", /Lifecycle rule "tidy" .* deletes objects under lab\//);
  });

  it("names who else may, by the owner in the ACL", async () => {
    const AWS = ["arn:aws:iam:::user/us", "arn:aws:iam:::user/copy"];
    s3.store.policy = policy({ ...allow, Principal: { AWS } });
    const { warnings, notes } = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    const [only, ...more] = warnings;
    assert.deepEqual([more, notes], [[], []]);
    assert.match(only ?? "", /lets "arn:aws:iam:::user\/copy" do "s3:GetObject", .* If that is not intended/);
  });

  it("quotes the condition under which everyone is let in, and warns where that keeps nobody out", async () => {
    const Condition = { StringLike: { "aws:UserAgent": "*" } };
    s3.store.policy = policy({ ...allow, Principal: "*", Condition });
    const open = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.match(
      open.warnings[0] ?? "",
      /lets everyone do "s3:GetObject" under the condition \{"StringLike":\{"aws:UserAgent":"\*"\}\}, which says neither who/,
    );
    const network = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
    s3.store.policy = policy({ ...allow, Principal: "*", Condition: network });
    const { warnings, notes } = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.deepEqual(warnings, []);
    assert.match(notes[0] ?? "", /under the condition \{"IpAddress".* If that is not intended/);
  });

  it("tells that retention frees nothing in a bucket that keeps versions, and the rule that mends it", async () => {
    s3.store.versioning = "Enabled";
    const { warnings } = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /stays as an old version, and frees no space.*"Prefix":"lab\/".*NoncurrentDays/,
    );
    s3.store.lifecycle =
      "<Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>lab/</Prefix></Filter>" +
      "<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration></Rule>";
    assert.deepEqual((await bucketConcerns(s3.connection, "cnpg-backups", "/lab")).warnings, []);
  });

  it("tells of unfinished uploads under the path, by their number and age", async () => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    s3.store.uploads = [
      { key: "lab/orders/a", id: "1", initiated: hoursAgo(80) },
      { key: "lab/orders/b", id: "2", initiated: hoursAgo(1) },
      { key: "other/c", id: "3", initiated: hoursAgo(900) },
    ];
    const { warnings, notes } = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.match(
      warnings[0] ?? "",
      /^Unfinished uploads under lab\/ of bucket cnpg-backups: 2, the oldest begun 3 days ago/,
    );
    assert.match(warnings[0] ?? "", /AbortIncompleteMultipartUpload/);
    assert.deepEqual([warnings.length, notes], [1, []]);
    s3.store.uploads.shift();
    const young = await bucketConcerns(s3.connection, "cnpg-backups", "/lab");
    assert.deepEqual(young.warnings, []);
    assert.match(young.notes[0] ?? "", /: 1, the oldest begun 1 h ago.* A running backup has such uploads/);
  });

  it("has nothing to say of a private bucket, nor where the store does not tell", async () => {
    assert.deepEqual(await bucketConcerns(s3.connection, "cnpg-backups", "/lab"), nothing);
    s3.store.errors = [
      { when: /policy|acl|lifecycle|versioning|uploads/, status: 501, code: "NotImplemented" },
    ];
    assert.deepEqual(await bucketConcerns(s3.connection, "cnpg-backups", "/lab"), nothing);
    const nowhere = { ...s3.connection, endpoint: "http://127.0.0.1:1" };
    assert.deepEqual(await bucketConcerns(nowhere, "cnpg-backups", "/lab"), nothing);
  });
});
