import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { it } from "mocha";

import fc from "fast-check";

import { hostileText } from "../../support/hostile.ts";
import { fakeCeph, needsPython } from "../components/ceph/fake-ceph.ts";
import { documentsPut, refusals, uids, wrapper } from "./wrapper.ts";

const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];
const ours = "--uid=cnpg-backup";

const allowed: string[][] = [
  ["user", "info", ours, ...bounds],
  [
    "user",
    "create",
    ours,
    "--display-name=A B",
    "--max-buckets=-1",
    "--access-key=x",
    "--gen-secret",
    ...bounds,
  ],
  ["user", "create", ours, "--display-name=--keyring=/tmp/k"],
  ["user", "enable", ours],
  ["user", "rm", ours, ...bounds],
  ["bucket", "list", "--uid=tenant$user", ...bounds],
  [...bounds, "metadata", "get", "user:tenant$user"],
  ["metadata", "get", "user:ü"],
];

const refused: [args: string[], why: RegExp][] = [
  [[], /command/],
  [
    ["user", "info", "--uid=other"],
    /RGW user other: this account is set up for cnpg-backup, tenant\$user, \?/,
  ],
  [["metadata", "put", "user:other"], /RGW user other/],
  [["metadata", "get", "user:cnpg-backup "], /RGW user cnpg-backup /],
  [["bucket", "list", "--uid=tenant"], /RGW user tenant:/],
  [["user", "info", ours, "--uid=other"], /option --uid is there twice/],
  [["user", "info", "--uid", "cnpg-backup"], /value of option --uid/],
  [["user", "info"], /without --uid/],
  [["user", "info", "--uid="], /value of option --uid/],
  [["user", "info", "extra", ours], /more words/],
  [["user", "info", "", ours], /more words/],
  [["user info", ours], /command/],
  [["user", "list"], /command user list/],
  [["user", "modify", ours, "--admin"], /command user modify/],
  [["key", "create", ours], /command key create/],
  [["caps", "add", ours, "--caps=users=*"], /command caps add/],
  [["bucket", "list"], /without --uid/],
  [["bucket", "list", "--bucket=b", ours], /option --bucket/],
  [["bucket", "rm", ours], /command bucket rm/],
  [["metadata", "get", "bucket:b"], /anything but user:UID/],
  [["metadata", "get"], /anything but user:UID/],
  [["metadata", "put", "user:cnpg-backup", "bucket:b"], /anything but user:UID/],
  [["metadata", "rm", "user:cnpg-backup"], /command metadata rm/],
  [["metadata", "put", "user:cnpg-backup", "--infile=/etc/shadow"], /option --infile/],
  [["user", "rm", ours, "--purge-data"], /option --purge-data/],
  [["user", "rm", ours, "--purge_data"], /option --purge_data/],
  [["user", "rm", ours, "--purge-keys"], /option --purge-keys/],
  [["user", "create", ours, "--display-name=x", "--admin"], /option --admin/],
  [["user", "create", ours, "--display-name=x", "--secret-key=S"], /option --secret-key/],
  [["user", "create", ours, "--display-name=x", "--gen-secret=/etc/x"], /value of option --gen-secret/],
  [["user", "info", ours, "--client-mount-timeout=5s"], /value of option --client-mount-timeout/],
  [["-c", "/tmp/my.conf", "user", "info", ours], /option -c|command/],
  [["-c/tmp/my.conf", "user", "info", ours], /option -c/],
  [["--conf=/tmp/my.conf", "user", "info", ours], /option --conf/],
  [["-n", "client.admin", "user", "info", ours], /option -n|command/],
  [["--name=client.admin", "user", "info", ours], /option --name/],
  [["--id=admin", "user", "info", ours], /option --id/],
  [["--keyring=/etc/ceph/ceph.client.admin.keyring", "user", "info", ours], /option --keyring/],
  [["user", "info", ours, "--log-file=/etc/cron.d/x"], /option --log-file/],
  [["user", "info", ours, "--admin-daemon=/run/x"], /option --admin-daemon/],
  [["user", "info", ours, "--", "x"], /option --/],
  [["user", "info", ours, "-"], /option -/],
];

const document = {
  key: "user:cnpg-backup",
  ver: { tag: "t", ver: 1 },
  mtime: "2026-11-22T19:47:39Z",
  data: {
    user_id: "cnpg-backup",
    display_name: "CNPG Backup User",
    email: "",
    suspended: 0,
    max_buckets: 10,
    keys: [{ user: "cnpg-backup", access_key: "AK", secret_key: "sk" }],
    subusers: [{ id: "cnpg-backup:swift", permissions: "read" }],
    caps: [{ type: "usage", perm: "read" }],
    op_mask: "read, write, delete",
    placement_tags: ["fast"],
    user_quota: { enabled: false, max_size: -1 },
    type: "rgw",
  },
};
const put = (changes: object, around: object = {}): string =>
  JSON.stringify({ ...document, ...around, data: { ...document.data, ...changes } });

needsPython.describe("what sudo runs for radosgw-admin on the Ceph host", () => {
  const host = wrapper("radosgw-admin", '[ "$1 $2" != "metadata get" ] || exec cat "$folder/stored"');

  it("runs what the scripts need, as the account's own cephx user, from no folder of the caller", () => {
    const args = ["user", "create", ours, "--display-name=--keyring=/tmp/k", ...bounds];
    const { code, argv, stderr } = host.call(args);
    assert.equal(code, 0, stderr);
    assert.deepEqual(argv, args);
    assert.deepEqual(
      refusals("radosgw-admin", allowed),
      allowed.map(() => null),
    );
  });

  it("refuses everything else, and says what of it", () => {
    const lines = refused.map(([args]) => args);
    const reasons = refusals("radosgw-admin", lines);
    for (const [i, [args, why]] of refused.entries()) assert.match(reasons[i] ?? "run", why, args.join(" "));
    const { code, argv, stderr } = host.call(["user", "rm", "--uid=a\nb\u009b"]);
    assert.deepEqual([code, argv], [77, undefined]);
    assert.match(stderr, /^radosgw-admin: refused: RGW user a\?b\?\?: [ -~]+\n$/);
  });

  it("refuses the command line that made the account root under README's former rule of sudo", () => {
    const target = host.file("ld.so.preload");
    const options = [`--log-file=${target}`, "--log-to-file=true", "--keyring=/nope /home/u/e.so /nope"];
    for (const words of [
      ["user", "list"],
      ["user", "info", ours],
      ["metadata", "get", "user:cnpg-backup"],
    ]) {
      const { code, argv } = host.call([...options, ...words]);
      assert.deepEqual([code, argv], [77, undefined]);
    }
    assert.equal(existsSync(target), false);
  });

  it("lets nothing through but known words and options, each once, for its own users, however they are mixed", () => {
    const words = [
      "user",
      "info",
      "create",
      "rm",
      "metadata",
      "put",
      "get",
      "bucket",
      "list",
      "user:cnpg-backup",
    ];
    const options = ["--uid=cnpg-backup", "--uid=tenant$user", "--gen-secret", "--display-name=x", ...bounds];
    const hostile = [
      "user:other",
      "--uid=other",
      "--uid",
      "--uid =cnpg-backup",
      "--UID=cnpg-backup",
      "--log-file=/x",
    ];
    const hidden = [
      "--keyring=/k",
      "--conf=/c",
      "-c",
      "-n",
      "--infile=/i",
      "--purge-data",
      "--",
      "-",
      "",
      " ",
      "*",
    ];
    const text = hostileText.map((some) => some.replaceAll("\0", "").toWellFormed());
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...words, ...options) },
      { weight: 1, arbitrary: fc.constantFrom(...hostile, ...hidden) },
      { weight: 1, arbitrary: text },
      { weight: 1, arbitrary: text.map((some) => `--${some}`) },
    );
    const mixed = fc.array(word, { maxLength: 7 });
    const begun = fc.tuple(fc.constantFrom(...allowed), mixed).map(([begin, more]) => [...begin, ...more]);
    const shuffled = fc
      .tuple(fc.constantFrom(...allowed), mixed, fc.nat())
      .map(([begin, more, at]) => begin.toSpliced(at % (begin.length + 1), 0, ...more.slice(0, 1)));
    const seed = Date.now();
    const lines = fc.sample(fc.oneof(mixed, begun, shuffled), { numRuns: 5_000, seed });
    const reasons = refusals("radosgw-admin", lines);
    const passed = lines.filter((_, i) => reasons[i] === null);
    assert.ok(passed.length > 20 && passed.length < lines.length, `${passed.length} of seed ${seed}`);
    for (const argv of passed) assert.ok(isHarmless(argv), `${JSON.stringify(argv)} of seed ${seed}`);
  });

  it("writes a user with other keys, limits and name, and nothing else of it, as the scripts put it", () => {
    writeFileSync(host.file("stored"), JSON.stringify(document));
    const keys = [{ user: "cnpg-backup", access_key: "AK2", secret_key: "sk/ü" }];
    const changed = put({
      keys,
      display_name: "Ä",
      suspended: 1,
      max_buckets: 3,
      user_quota: { enabled: true },
      placement_tags: ["fast", "cnpg-rgw:id:organization/cnpg-rgw/lab:made:made-0123456789abcdef"],
      subusers: [...document.data.subusers, { id: "cnpg-backup:drill", permissions: "read" }],
    });
    const { code, argv, stdin, stderr } = host.call(
      ["metadata", "put", "user:cnpg-backup", ...bounds],
      changed,
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(argv, ["metadata", "put", "user:cnpg-backup", ...bounds]);
    assert.deepEqual(JSON.parse(stdin), JSON.parse(changed));
    assert.ok(stdin.includes("sk/ü"));
  });

  it("says which field is not the scripts' to change, and shows no key", () => {
    writeFileSync(host.file("stored"), JSON.stringify(document));
    const { code, argv, stderr } = host.call(
      ["metadata", "put", "user:cnpg-backup"],
      put({ caps: [{ type: "users", perm: "*" }], system: true, user_id: "other" }),
    );
    assert.deepEqual([code, argv], [77, undefined]);
    assert.match(stderr, /metadata put changes caps, system, user_id /);
    assert.doesNotMatch(stderr, /AK|sk/);
  });

  const rights: [string, string][] = [
    ["rights of an administrator", put({ caps: [{ type: "users", perm: "*" }] })],
    ["rights taken away", put({ caps: [] })],
    ["another user by its id, which Ceph goes by", put({ user_id: "other" })],
    ["the system flag", put({ system: true })],
    ["a placement tag that is no mark of a stack", put({ placement_tags: ["fast", "secure"] })],
    ["a placement tag taken away", put({ placement_tags: ["cnpg-rgw:id:stack:made"] })],
    ["placement tags that are no list", put({ placement_tags: "fast" })],
    ["the admin flag", put({ admin: "true" })],
    ["another op mask", put({ op_mask: "read" })],
    ["another type", put({ type: "root" })],
    ["a subuser", put({ subusers: [{ id: "cnpg-backup:x", permissions: "read" }] })],
    [
      "one of drills that may write",
      put({ subusers: [{ id: "cnpg-backup:drill", permissions: "full-control" }] }),
    ],
    ["one of drills of another user", put({ subusers: [{ id: "other:drill", permissions: "read" }] })],
    [
      "one of drills with more in it",
      put({ subusers: [{ id: "cnpg-backup:drill", permissions: "read", x: 1 }] }),
    ],
    ["subusers that are no list", put({ subusers: "cnpg-backup:drill" })],
    ["the subusers it had taken away", put({ subusers: undefined })],
    ["another user by the key around it", put({}, { key: "user:other" })],
    ["a field around it", put({}, { attrs: [] })],
    ["a list", "[]"],
    ["no user in it", JSON.stringify({ ...document, data: null })],
    ["nothing", ""],
    ["no JSON", "{"],
    ["a number that is none", put({}).replace("10", "NaN")],
    ["half a character", put({}).replace("CNPG", "\\ud800")],
    ["JSON that is too deep", "[".repeat(200_000)],
  ];
  it("writes no user with other rights, of another name, or that is none", () => {
    const written = documentsPut(
      document,
      rights.map(([, text]) => text),
    );
    for (const [i, [what]] of rights.entries()) assert.equal(written[i], null, what);
  });

  it("writes a field once that is there twice, so that Ceph reads what was checked", () => {
    const twice = put({}).replace('"user_id"', '"user_id":"other","user_id"');
    const [written = ""] = documentsPut(document, [twice]);
    assert.deepEqual(JSON.parse(written ?? ""), document);
    assert.equal(written?.includes("other"), false);
  });

  it("refuses more than a user can be", () => {
    const { code, stderr } = host.call(["metadata", "put", "user:cnpg-backup"], " ".repeat((1 << 20) + 1));
    assert.equal(code, 77);
    assert.match(stderr, /more than 1048576 bytes/);
  });
});

/** By a way of its own: what may be run, spelt out. */
function isHarmless(argv: string[]): boolean {
  const words = argv.filter((word) => !word.startsWith("-"));
  const options = argv.filter((word) => word.startsWith("-"));
  const names = options.map((option) => option.split("=", 1)[0]);
  const ofUser = options.filter((option) => uids.some((uid) => option === `--uid=${uid}`)).length;
  const onUser = /^(user (info|create|enable|rm)|bucket list)$/.test(words.join(" ")) && ofUser === 1;
  const [group, verb, entry, ...more] = words;
  const isMetadata = group === "metadata" && (verb === "get" || verb === "put") && more.length === 0;
  const onEntry = isMetadata && uids.some((uid) => entry === `user:${uid}`) && ofUser === 0;
  const known =
    /^--(uid|display-name|max-buckets|access-key|client-mount-timeout|rados-osd-op-timeout)=[^]+$|^--gen-secret$/;
  return (
    (onUser || onEntry) &&
    new Set(names).size === names.length &&
    options.every((option) => known.test(option))
  );
}

needsPython.describe("the scripts through the wrapper", () => {
  const { succeeds, fails, save, state, keysOf, declared } = fakeCeph();
  // The fake is in the place of Ceph's program: behind the credentials it gets what it gets without a wrapper.
  const [python = "", ...fake] = declared.radosgwAdmin.replaceAll("'", "").split(" ");
  const { path } = wrapper("radosgw-admin", `exec ${python} ${fake.join(" ")} "$@"`);

  it("make a user, change it, look at it and remove it", () => {
    const radosgwAdmin = path;
    assert.equal(succeeds("adopt", { radosgwAdmin }), "created");
    assert.deepEqual(keysOf("cnpg-backup"), ["AKDECLARED"]);
    assert.match(
      succeeds("apply", { radosgwAdmin, displayName: "Ä", maxBuckets: 0 }),
      /display name, max buckets/,
    );
    assert.match(succeeds("apply", { radosgwAdmin }, { maxSizeBytes: 5 }), /quota/);
    assert.match(
      succeeds("inspect", { radosgwAdmin, displayName: "B" }),
      /"differs": \["display name", "quota"\]/,
    );
    const user = state().users["cnpg-backup"];
    assert.ok(user);
    save({ ...state(), users: { "cnpg-backup": { ...user, suspended: 1 } } });
    assert.match(succeeds("apply", { radosgwAdmin }), /suspended/);
    const revocation = { name: "rgw_user_key_revocation.py" } as const;
    assert.equal(succeeds("apply", { radosgwAdmin }, {}, revocation), "unchanged");
    const drill = { radosgwAdmin, accessKeyId: "AKDRILL", secretAccessKey: "sk-drill" };
    const readOnly = { name: "rgw_read_only_key.py" } as const;
    assert.equal(succeeds("apply", drill, {}, readOnly), "changed");
    assert.equal(succeeds("delete", drill, {}, readOnly), "ended");
    assert.match(succeeds("delete", { radosgwAdmin, onDelete: "keep" }), /kept/);
    save({ ...state(), users: {} });
    assert.equal(succeeds("adopt", { radosgwAdmin }), "created");
    assert.equal(succeeds("delete", { radosgwAdmin }), "removed");
  });

  it("say what the wrapper said of a user that the account is not for", () => {
    const said = fails("apply", { radosgwAdmin: path, uid: "other" });
    assert.match(
      said,
      /this account may not do that there\. It said: .*RGW user other: .*install\.py.*--uid/,
    );
  });
});
