import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach } from "mocha";

import { bootstrap, scriptText } from "../../../../components/ceph/ssh/remote-job.ts";
import { unless } from "../../../support/unless.ts";
import { asciiJson } from "../../../../components/pulumi/arguments.ts";

interface Key {
  user: string;
  access_key: string;
  secret_key: string;
}

interface User {
  display_name: string;
  max_buckets: number;
  suspended: number;
  keys: Key[];
  caps: unknown[];
  op_mask: string;
  placement_tags: string[];
  subusers: { id: string; permissions: string }[];
}

/** What the fake keeps in its file. */
interface FakeState {
  users: Record<string, User>;
  buckets: Record<string, string[]>;
  calls: string[];
  /** The buckets that `user enable` woke up. */
  enabledBuckets?: string[];
  isSecondaryZone?: boolean;
  /** The user of another run, made just after the first question for it. */
  madeMeanwhile?: User;
  breaks?: { exitCode: number; stderr: string };
}

const fake = new URL("./fake_radosgw_admin.py", import.meta.url).pathname;
type Operation = Parameters<typeof bootstrap>[0];

interface ScriptOptions {
  name?: Parameters<typeof scriptText>[0];
  /** What a command of Ceph is given before it counts as hung. */
  callSeconds?: number;
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;
/** In CI a test that is skipped in silence would prove nothing: there it fails. */
export const needsPython = unless(
  !hasPython && process.env.CI === undefined && "python3 is not on this machine",
);

/** The scripts as the Ceph host runs them, against a radosgw-admin that keeps its users in a file; empty for each test. */
export function fakeCeph() {
  const folder = mkdtempSync(join(tmpdir(), "rgw-user-"));
  const file = join(folder, "state.json");
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    save({ users: {}, buckets: {}, calls: [] });
  });

  const save = (state: FakeState): void => {
    writeFileSync(file, JSON.stringify(state));
  };
  const state = (): FakeState => JSON.parse(readFileSync(file, "utf8")) as FakeState;
  const keysOf = (uid: string): string[] | undefined => state().users[uid]?.keys.map((key) => key.access_key);
  const declared = {
    // Without what it does not need, Python starts in two thirds of the time.
    radosgwAdmin: `python3 -I -S '${fake}' '${file}'`,
    uid: "cnpg-backup",
    displayName: "CNPG Backup User",
    maxBuckets: 10,
    quota: {},
    accessKeyId: "AKDECLARED",
    secretAccessKey: "sk/declared+1",
    keysAreGenerated: true,
    owner: { id: "thisstack", stack: "organization/cnpg-rgw/lab" } as { id: string | null; stack: string },
    takeOverFrom: "",
    otherKeys: "revoke",
    existingKeys: "refuse",
    onDelete: "remove",
    afterSeconds: 0,
  };
  const run = (
    operation: Operation,
    changes: Partial<typeof declared> = {},
    quota: object = {},
    { name = "rgw_user.py", callSeconds = 40 }: ScriptOptions = {},
  ) => {
    const script = scriptText(name).replace("CALL_SECONDS = 40", `CALL_SECONDS = ${callSeconds}`);
    const job = { ...declared, quota, ...changes, script };
    const { status, stdout, stderr } = spawnSync("sh", ["-c", bootstrap(operation)], {
      input: asciiJson(JSON.stringify(job)),
      encoding: "utf8",
    });
    for (const key of [job.accessKeyId, job.secretAccessKey, "generated-by-rgw"]) {
      assert.ok(!`${stdout}${stderr}`.includes(key), "a key was printed");
      assert.ok(!state().calls.some((call) => call.includes(key)), "a key was on a command line");
    }
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };
  const succeeds = (...args: Parameters<typeof run>): string => {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const fails = (...args: Parameters<typeof run>): string => {
    const { status, stderr } = run(...args);
    assert.notEqual(status, 0);
    assert.equal(stderr.split("\n").length, 1, stderr);
    return stderr;
  };

  /** Changes a user as somebody does by hand. */
  const byHand = (change: (user: User) => void, uid = "cnpg-backup"): void => {
    const changed = state();
    change(changed.users[uid] ?? assert.fail("no user"));
    save(changed);
  };

  return { declared, save, state, keysOf, byHand, run, succeeds, fails };
}
