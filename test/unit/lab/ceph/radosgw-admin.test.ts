import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { callWrapper } from "./wrapper.ts";

const call = (args: readonly string[], input?: string): ReturnType<typeof callWrapper> =>
  callWrapper("radosgw-admin", args, input);

const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];

const allowed: readonly string[][] = [
  [...bounds, "user", "info", "--uid=cnpg-backup"],
  ["user", "create", "--uid=u", "--display-name=A B", "--max-buckets=-1", ...bounds],
  ["user", "modify", "--max-buckets=3", "--uid=u"],
  ["user", "rm", "--uid=u"],
  ["user", "enable", "--uid=u"],
  ["user", "suspend", "--uid=u"],
  ["key", "create", "--uid=u", "--key-type=s3", "--gen-access-key", "--gen-secret"],
  ["key", "rm", "--uid=u", "--access-key=K"],
  ["quota", "set", "--uid=u", "--quota-scope=user", "--max-size=1G"],
  ["quota", "enable", "--uid=u", "--quota-scope=user"],
  ["quota", "disable", "--uid=u", "--quota-scope=user"],
  ["bucket", "list", "--uid=u"],
  ["bucket", "stats", "--uid=u"],
  ["metadata", "get", "user:u"],
  ["metadata", "put", "user:tenant$u"],
];

const refused: readonly (readonly [args: string[], why: RegExp])[] = [
  [[], /command/],
  [["user", "rm", "--uid=u", "--purge-data"], /option --purge-data/],
  [["user", "rm", "--uid=u", "--purge_data"], /option --purge_data/],
  [["user", "rm", "--uid=u", "--purge-keys"], /option --purge-keys/],
  [["-c", "/tmp/my.conf", "user", "info", "--uid=u"], /option -c/],
  [["--conf=/tmp/my.conf", "user", "info", "--uid=u"], /option --conf/],
  [["-k", "/tmp/keyring", "user", "info", "--uid=u"], /option -k/],
  [["-k/tmp/keyring", "user", "info", "--uid=u"], /option -k/],
  [["-n", "client.admin", "user", "info", "--uid=u"], /option -n/],
  [["--name=client.admin", "user", "info", "--uid=u"], /option --name/],
  [["--id", "admin", "user", "info", "--uid=u"], /option --id/],
  [["--keyring=/etc/ceph/ceph.client.admin.keyring", "user", "info", "--uid=u"], /option --keyring/],
  [["metadata", "put", "user:u", "--infile=/etc/shadow"], /option --infile/],
  [["user", "info", "--uid=u", "--log-file=/etc/cron.d/x"], /option --log-file/],
  [["user", "info", "--uid=u", "--admin-daemon=/run/x"], /option --admin-daemon/],
  [["user", "info", "--uid=u", "--", "x"], /option --/],
  [["user", "create", "--uid=u", "--caps=users=*"], /option --caps/],
  [["user", "create", "--uid=u", "--secret-key=S"], /every user of this host can read/],
  [["user", "create", "--uid=u", "--secret", "S"], /every user of this host can read/],
  [["user", "info"], /user info without --uid/],
  [["user", "info", "--uid="], /user info without --uid/],
  [["user", "info", "--uid"], /--uid needs a value/],
  [["bucket", "list"], /bucket list without --uid/],
  [["bucket", "rm", "--uid=u"], /command bucket rm/],
  [["user", "list"], /command user list/],
  [["caps", "add", "--uid=u"], /command caps add/],
  [["user info", "--uid=u"], /command/],
  [["user", "info", "extra", "--uid=u"], /command user info/],
  [["metadata", "get", "bucket:b"], /anything but user:UID/],
  [["metadata", "put", "user:"], /anything but user:UID/],
  [["metadata", "put", "user:u", "bucket:b"], /more than three words/],
  [["metadata", "get"], /command metadata get/],
  [["metadata", "rm", "user:u"], /command metadata rm/],
];

describe("sudo radosgw-admin on the Ceph host", () => {
  for (const args of allowed) {
    it(`runs ${args.join(" ")}`, () => {
      const { code, argv, audit } = call(args);
      assert.equal(code, 0);
      assert.deepEqual(argv, args);
      assert.equal(audit[0]?.outcome, "run");
    });
  }

  for (const [args, why] of refused) {
    it(`refuses ${args.join(" ") || "nothing"}`, () => {
      const { code, argv, stderr, audit } = call(args);
      assert.equal(code, 77);
      assert.equal(argv, undefined);
      assert.match(stderr, /^radosgw-admin: refused: /);
      assert.match(stderr, why);
      assert.equal(audit[0]?.outcome, "refused");
    });
  }

  it("joins an option and its value, so that a value is never taken for an option", () => {
    const { argv } = call(["user", "create", "--uid", "--keyring=/tmp/k", "--display-name", "-c"]);
    assert.deepEqual(argv, ["user", "create", "--uid=--keyring=/tmp/k", "--display-name=-c"]);
  });

  it("passes stdin on and logs the uid, not what was put", () => {
    const { stdin, audit } = call(["metadata", "put", "user:u"], '{"secret_key": "S3CRET"}');
    assert.equal(stdin, '{"secret_key": "S3CRET"}');
    assert.deepEqual([audit[0]?.verb, audit[0]?.subject], ["metadata put", "u"]);
    assert.doesNotMatch(JSON.stringify(audit), /S3CRET/);
  });

  it("logs one line per call, whatever is in the uid", () => {
    const { audit } = call(["user", "rm", "--uid=a\nb\tc"]);
    assert.deepEqual(
      audit.map(({ verb, subject }) => [verb, subject]),
      [["user rm", "a?b?c"]],
    );
  });

  it("lets no option through that it does not know, in any order and form", () => {
    const word = fc.constantFrom(
      ...["user", "info", "metadata", "put", "user:u", "--uid", "--uid=u", "--display-name", "--max-size"],
      ...[
        "--keyring=/k",
        "-c",
        "-n",
        "--infile",
        "--",
        "-",
        "",
        " ",
        "*",
        "--uid =x",
        "--purge-data",
        "--UID=u",
      ],
    );
    const known = /^--(?:uid|display-name|max-size)=/;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (args) => {
        const { code, argv } = call(args);
        if (argv === undefined) return code === 77;
        return argv.every((arg) => !arg.startsWith("-") || known.test(arg));
      }),
      { numRuns: 40 },
    );
  });
});
