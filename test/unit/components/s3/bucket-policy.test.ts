import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { grantsToOthers } from "../../../../components/s3/bucket-policy.ts";

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
      policy({ ...allow, Principal: { AWS: "x" }, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
      ['"x": s3:GetObject if {"Bool":{"aws:SecureTransport":"true"}}'],
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
    [
      "everyone under a condition",
      policy({ ...allow, Principal: "*", Condition: { StringLike: { "aws:UserAgent": "*" } } }),
      ['everyone: s3:GetObject if {"StringLike":{"aws:UserAgent":"*"}}'],
    ],
    ["a denial", policy({ ...allow, Effect: "Deny", Principal: "*" }), []],
    ["no policy", "", []],
    ["something else", '{"Statement": 5}', []],
  ];
  for (const [what, text, expected, owner = "cnpg"] of rows) {
    it(what, () => {
      const found = grantsToOthers(text, owner).map(
        ({ who, actions, condition }) =>
          `${who}: ${actions}${condition === undefined ? "" : ` if ${condition}`}`,
      );
      assert.deepEqual(found, expected);
    });
  }

  it("cannot tell others from an owner that is not known", () => {
    assert.deepEqual(grantsToOthers(named(user(":user/copy")), undefined), []);
    assert.equal(grantsToOthers(policy({ ...allow, Principal: "*" }), undefined).length, 1);
  });

  const conditions: [string, object, isOpen: boolean][] = [
    ["any client's name", { StringLike: { "aws:UserAgent": "*" } }, true],
    ["a referer, which anybody can send", { StringEquals: { "aws:Referer": "https://x" } }, true],
    ["encryption on the way", { Bool: { "aws:SecureTransport": "true" } }, true],
    ["all addresses", { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"] } }, true],
    ["all addresses of IPv6", { IpAddress: { "aws:SourceIp": "::/0" } }, true],
    ["all but a network", { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, true],
    ["anybody with a name", { StringLike: { "aws:PrincipalArn": "*" } }, true],
    ["not somebody", { StringNotEquals: { "aws:PrincipalArn": "a" } }, true],
    ["somebody, if it is said", { StringEqualsIfExists: { "aws:PrincipalArn": "a" } }, true],
    ["something that is no condition", { Null: 5 }, true],
    ["a network", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, false],
    ["somebody", { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam:::user/a" } }, false],
    ["an organization", { StringEquals: { "aws:PrincipalOrgID": "o-1" } }, false],
    [
      "any client's name in a network",
      { StringLike: { "aws:UserAgent": "*" }, IpAddress: { "aws:SourceIp": "::1" } },
      false,
    ],
  ];
  for (const [what, Condition, isOpen] of conditions) {
    it(`is ${isOpen ? "open" : "not open"} to everyone under the condition of ${what}`, () => {
      const [grant] = grantsToOthers(policy({ ...allow, Principal: "*", Condition }), "cnpg");
      assert.equal(grant?.isOpen, isOpen);
    });
  }

  it("shows no secret of a condition", () => {
    const Condition = { StringEquals: { "aws:Referer": "wJalrXUtnFEMI7K7MDENG" } };
    const [grant] = grantsToOthers(policy({ ...allow, Principal: "*", Condition }), "cnpg");
    assert.doesNotMatch(grant?.condition ?? "", /wJalr/);
  });
});
