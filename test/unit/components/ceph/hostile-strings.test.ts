import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "mocha";

import fc from "fast-check";
import { z } from "zod";

import { bootstrap } from "../../../../components/ceph/ssh/remote-job.ts";
import { commandRule } from "../../../../components/ceph/rgw-user/rgw-user-rules.ts";
import { asciiJson } from "../../../../components/pulumi/arguments.ts";
import { hostileText } from "../../../support/hostile.ts";
import { type HostileUser, hostileUser, limits, scriptForMany } from "../../../support/hostile-users.ts";
import { unless } from "../../../support/unless.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const skip = !hasPython && "python3 is not on this machine";

const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];
const newKey = { user: "id", access_key: "@access-key@", secret_key: "made by Ceph" };
const newUser = {
  user_id: "id",
  display_name: "",
  max_buckets: 10,
  suspended: 0,
  keys: [newKey],
  user_quota: {},
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

unless(skip).describe("10,000 hostile uids, display names and keys on their way to radosgw-admin", () => {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const program = join(folder, `it's "my" $(ceph) \\ é 🐘`, "radosgw admin");
  mkdirSync(join(program, ".."));
  copyFileSync(join(import.meta.dirname, "recording_radosgw_admin.sh"), program);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const stored = 'json.load(open(job["folder"] + "/user", encoding="utf-8"))["data"]';
  const scripts = {
    "a process each": scriptForMany(stored),
    "few processes": scriptForMany(
      'json.loads(user)["data"]',
      readFileSync(join(import.meta.dirname, "recorded_calls.py"), "utf8"),
      "hand_over()",
    ),
  };

  function applied(shell: string, script: string, users: HostileUser[]): { calls: string[][]; put: unknown } {
    writeFileSync(join(folder, "argv"), "");
    writeFileSync(join(folder, "new"), JSON.stringify({ data: newUser }));
    const radosgwAdmin = `sh ${quoted(program)} ${quoted(folder)}`;
    const job = { ...limits, radosgwAdmin, folder, users, script };
    const { status, stdout, stderr } = spawnSync(shell, ["-c", bootstrap("apply")], {
      input: asciiJson(JSON.stringify(job)),
      encoding: "utf8",
      maxBuffer: 2 ** 30,
      env: { ...process.env, LC_ALL: "C" },
    });
    assert.equal(status, 0, stderr.slice(0, 2_000));
    return { calls: recorded(readFileSync(join(folder, "argv"), "utf8")), put: JSON.parse(stdout) };
  }

  const placeholderKey = (uid: string): string =>
    `unfinished-${createHash("sha256").update(uid).digest("hex").slice(0, 20)}`;

  /** What must have been called for one user, and what was put by stdin. */
  const expectedCalls = ({ uid, displayName }: HostileUser): string[][] => [
    ["user", "info", `--uid=${uid}`, ...bounds],
    [
      ...["user", "create", `--uid=${uid}`, `--display-name=${displayName}`, "--max-buckets=10"],
      ...[`--access-key=${placeholderKey(uid)}`, "--gen-secret", ...bounds],
    ],
    ["metadata", "get", `user:${uid}`, ...bounds],
    ["metadata", "get", `user:${uid}`, ...bounds],
    ["metadata", "put", `user:${uid}`, ...bounds],
    ["metadata", "get", `user:${uid}`, ...bounds],
  ];
  const expectedUser = ({ displayName, accessKeyId, secretAccessKey }: HostileUser): object => ({
    ...newUser,
    display_name: displayName,
    keys: [{ user: "id", access_key: accessKeyId, secret_key: secretAccessKey }],
    user_quota: { enabled: false },
    placement_tags: [`cnpg-rgw:hostile:organization/cnpg-rgw/lab:made:made-${digest(accessKeyId)}`],
  });
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

  // To start a process for each call takes longest: most go through few of them.
  for (const [shell, processes, size, runs] of [
    ["sh", "few processes", 500, 5],
    ["sh", "a process each", 60, 1],
    ["bash", "a process each", 60, 1],
  ] as const) {
    const missing = spawnSync(shell, ["-c", "true"]).status !== 0 && `${shell} is not on this machine`;
    unless(missing).it(
      `come out of ${shell} exactly as they went in, and keys by stdin only: ${processes}`,
      () => {
        const users = fc.array(hostileUser, { minLength: size, maxLength: size });
        fc.assert(
          fc.property(users, (some) => {
            const { calls, put } = applied(shell, scripts[processes], some);
            assert.deepEqual(calls, some.flatMap(expectedCalls));
            assert.deepEqual(put, some.map(expectedUser));
          }),
          { numRuns: runs, endOnFailure: true },
        );
      },
    );
  }
});

unless(skip).describe("10,000 hostile paths and words in radosgwAdmin", () => {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const run = (command: string, args: string[], input: string): string => {
    const options = { input, encoding: "utf8", cwd: folder, maxBuffer: 2 ** 30 } as const;
    const { status, stdout, stderr } = spawnSync(command, args, options);
    assert.equal(status, 0, stderr.slice(0, 2_000));
    return stdout;
  };

  /** The words that a shell reads in each command line. */
  const byShell = (commands: string[]): string[][] =>
    recorded(run("sh", [], commands.map((line) => `set -- ${line}\nprintf '%s\\0' "$#" "$@"\n`).join("")));

  /** The words that the script on the Ceph host splits each into. */
  const byPython = (commands: string[]): string[][] => {
    const program =
      "import json,shlex,sys; print(json.dumps([shlex.split(one) for one in json.load(sys.stdin)]))";
    const printed = run("python3", ["-c", program], asciiJson(JSON.stringify(commands)));
    return z.array(z.array(z.string())).parse(JSON.parse(printed));
  };

  const word = hostileText.map((text) => text.slice(0, 300).replace(/\p{C}/gu, ""));
  const quoting = fc.constantFrom(
    quoted,
    (text: string) => text.replace(/[^\w]/gu, "\\$&"),
    (text: string) => `"${text.replace(/["\\]/g, "\\$&").replace(/[$`]/g, "'")}"`,
    (text: string) => text.replace(/[^\w./-]/g, "x"),
  );
  const line = fc
    .array(fc.tuple(word, quoting), { minLength: 1, maxLength: 4 })
    .map((words) => words.map(([text, quote]) => quote(text)).join(" "));
  const batch = (one: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
    fc.array(
      one.filter((text) => commandRule(text) === undefined),
      { minLength: 2_500, maxLength: 2_500 },
    );

  it("are the words that a shell would read, whatever the rule lets through", () => {
    fc.assert(
      fc.property(batch(fc.oneof(line, word)), (commands) => {
        assert.deepEqual(byPython(commands), byShell(commands));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it("in single quotes are any words that one likes", () => {
    const words = fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), {
      minLength: 2_500,
      maxLength: 2_500,
    });
    fc.assert(
      fc.property(words, (lines) => {
        const usable = lines.filter((texts) => texts.join("").trim() !== "");
        const commands = usable.map((texts) => texts.map(quoted).join(" "));
        for (const command of commands) assert.equal(commandRule(command), undefined, command);
        assert.deepEqual(byPython(commands), usable);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

/** Reads what was written as a number and that many texts, again and again, each with NUL behind it. */
function recorded(text: string): string[][] {
  const fields = text.split("\0");
  const calls: string[][] = [];
  for (let at = 0; at + 1 < fields.length; at += 1 + Number(fields[at])) {
    calls.push(fields.slice(at + 1, at + 1 + Number(fields[at])));
  }
  return calls;
}
