import assert from "node:assert/strict";
import { it } from "mocha";

import { fakeCeph, needsPython } from "./fake-ceph.ts";

needsPython.describe("the scripts for an RGW user, where Ceph fails", () => {
  const { save, state, fails } = fakeCeph();

  const failures: [string, number, string, RegExp][] = [
    ["monitor down", 1, "failed to fetch mon config (--no-mon-config to skip)", /no Ceph monitor answered/],
    ["OSD down", 5, "couldn't init storage provider", /no OSD answered within 5 s/],
    ["cluster full", 139, "x".repeat(100_000), /crashed, as it does when the cluster is full/],
    ["bad keyring", 1, "monclient(hunting): handle_auth_bad_method", /refused its credentials/],
    ["sudo", 1, "sudo: a password is required", /sudo refused it/],
    ["no such command", 127, "sh: 1: radosgw-admin: not found", /no such command/],
    [
      "anything else",
      95,
      "2026-11-22T16:01:05.634+0000 7fec3fbc3100  0 odd sk/declared+1",
      /code 95\. It said: odd \[secret\]$/,
    ],
  ];
  for (const [what, exitCode, stderr, message] of failures) {
    it(`says what is wrong: ${what}`, () => {
      save({ ...state(), breaks: { exitCode, stderr } });
      const said = fails("apply");
      assert.match(said, message);
      assert.ok(said.length < 1_500, "an error nobody can read");
    });
  }

  it("says so when radosgwAdmin is no command", () => {
    assert.match(
      fails("apply", { radosgwAdmin: "/nonexistent/radosgw-admin" }),
      /no such command on this host/,
    );
  });

  it("ends, and says so, when a command does not", () => {
    assert.match(
      fails("apply", { radosgwAdmin: "sh -c 'sleep 30' --" }, {}, { callSeconds: 1 }),
      /still running after 1 s, as when the cluster is full/,
    );
  });
});
