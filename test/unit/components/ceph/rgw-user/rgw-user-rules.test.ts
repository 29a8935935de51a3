import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import {
  accessKeyIdRule,
  commandRule,
  displayNameRule,
  keyRotationRule,
  maxBucketsRule,
  onDeleteRule,
  quotaRule,
  secretAccessKeyRule,
  takeOverFromRule,
  uidRule,
} from "../../../../../components/ceph/rgw-user/rgw-user-rules.ts";

// What radosgw-admin 18.2.7 was seen to accept and to refuse.
const acceptedUids = [
  "cnpg-backup",
  "a b",
  "-dash",
  "--uid=x",
  "tenant$user",
  "$ns$user",
  "t$ns$user",
  "t$ns$u$er",
  "a:b",
  "日本",
  "😀",
];
const refusedUids = ["", "my-tenant$user", "tenant$", "a$b$", "a\0b", "\ud800", "x".repeat(2041)];
const otherSpellings = { $user: "user", $$user: "user", tenant$$user: "tenant$user" };

describe("uidRule", () => {
  it("accepts what radosgw-admin accepts", () => {
    for (const uid of [...acceptedUids, "new\nline", "'\"`(id)", "x".repeat(2040)]) {
      assert.equal(uidRule(uid), undefined, uid);
    }
  });

  it("refuses what it refuses, and says why", () => {
    for (const uid of refusedUids) assert.match(uidRule(uid) ?? "", /^must /, uid);
    for (const [uid, canonical] of Object.entries(otherSpellings)) {
      assert.equal(uidRule(uid), `must be "${canonical}", as RGW itself writes it, not "${uid}"`);
    }
  });
});

describe("other rules of an RGW user", () => {
  it("display name: any text but none", () => {
    for (const name of [undefined, "CNPG Backup User", 'Ünï "q" $(x)\n2', "-x"])
      assert.equal(displayNameRule(name), undefined);
    for (const name of ["", "a\0", "\udfff", "x".repeat(131_072)]) assert.ok(displayNameRule(name));
  });

  it("max buckets: -1 and more, as a 32-bit number", () => {
    for (const max of [undefined, -1, 0, 10, 2 ** 31 - 1]) assert.equal(maxBucketsRule(max), undefined);
    for (const max of [-2, 1.5, 2 ** 31, NaN, Infinity]) assert.ok(maxBucketsRule(max));
  });

  it("quota: a positive whole number, or none", () => {
    for (const limit of [undefined, 1, 2 ** 40]) assert.equal(quotaRule(limit), undefined);
    for (const limit of [0, -1, 0.5, 2 ** 53, NaN]) assert.ok(quotaRule(limit));
  });

  it("access key id: what the Authorization header can carry", () => {
    for (const id of ["a", "AKIA0123", "a=b", "a:b", "~!@#$^&*()"])
      assert.equal(accessKeyIdRule(id), undefined);
    for (const id of ["", "a/b", "a,b", "a b", "ünï", "a\nb", "x".repeat(129)])
      assert.ok(accessKeyIdRule(id));
  });

  it("secret: ASCII, long enough, and not one character again and again", () => {
    for (const secret of ["a/b+c=0123456789", 'a b"\\\t0123456789', "0123456789abcdef".repeat(4)])
      assert.equal(secretAccessKeyRule(secret), undefined);
    for (const secret of ["", "ünï0123456789abcdef", "a\0b0123456789abcdef"])
      assert.match(secretAccessKeyRule(secret) ?? "", /ASCII/);
    for (const secret of ["x", "minioadmin", "0123456789abcde", "x".repeat(40), "abab".repeat(10)])
      assert.match(secretAccessKeyRule(secret) ?? "", /at least 16 characters, 5 of them different/);
  });

  it("secret: what stores and openssl generate", () => {
    const hex = fc.string({
      unit: fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16)),
      minLength: 40,
      maxLength: 64,
    });
    const looksRandom = hex.filter((key) => new Set(key).size > 6);
    fc.assert(fc.property(looksRandom, (key) => secretAccessKeyRule(key) === undefined));
  });

  it("a text to rotate keys by, and a stack to take a user over from", () => {
    for (const text of [undefined, "1", "2026-12", "nach dem Vorfall"])
      assert.equal(keyRotationRule(text), undefined);
    for (const text of ["", "a\nb", "x".repeat(101)])
      assert.match(keyRotationRule(text) ?? "", /^must be 1 to 100/);
    for (const stack of [undefined, "organization/cnpg-rgw/lab"])
      assert.equal(takeOverFromRule(stack), undefined);
    for (const stack of ["", "lab", "a/b", "a/b/c/d", "a/b/c:made", "a/b/c d"])
      assert.match(takeOverFromRule(stack) ?? "", /^must be a stack as/);
  });

  it("never shows a key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 8, maxLength: 40 }), (key) => {
        assert.ok(!(accessKeyIdRule(key) ?? "").includes(key));
        assert.ok(!(secretAccessKeyRule(key) ?? "").includes(key));
      }),
    );
  });

  it("onDelete", () => {
    for (const mode of [undefined, "remove", "keep"]) assert.equal(onDeleteRule(mode), undefined);
    assert.match(onDeleteRule("purge") ?? "", /"remove" or "keep", not "purge"/);
  });

  it("radosgwAdmin: words and quotes, nothing that only a shell would understand", () => {
    const commands = [
      ...[undefined, "radosgw-admin", "cephadm shell -- radosgw-admin", "env A=b radosgw-admin"],
      ...["'/opt/my ceph/radosgw-admin'", `"it's" 'a "$(x)"' b\\ c`, "docker exec ceph-1 radosgw-admin"],
    ];
    for (const command of commands) assert.equal(commandRule(command), undefined, command);
    const refused: [command: string, why: RegExp][] = [
      ["", /one command line/],
      ["  ", /one command line/],
      ["a\nb", /one command line/],
      ["a\0b", /one command line/],
      ["x".repeat(4097), /one command line/],
      ["'radosgw-admin", /each quote closed/],
      ['radosgw-admin "', /each quote closed/],
      ["radosgw-admin \\", /each quote closed/],
      ["sudo\u00a0radosgw-admin", /plain spaces/],
      ["radosgw-admin; reboot", /no shell reads it/],
      ["radosgw-admin | tee log", /no shell reads it/],
      ["$(which radosgw-admin)", /no shell reads it/],
      ['"$HOME/radosgw-admin"', /no shell reads it/],
      ["~/radosgw-admin", /no shell reads it/],
      ["CEPH_ARGS=--cluster=x radosgw-admin", /env NAME=VALUE/],
    ];
    for (const [command, why] of refused) assert.match(commandRule(command) ?? "", why, command);
  });
});
