import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { inFullAs } from "./support/full.ts";
import { must, mustPulumi, pulumi } from "./support/lab.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import { backupSecret, cephWrites, endpoint, rememberedConfig, s3, setConfig } from "./support/stack.ts";

/** Made by somebody else's means; nothing in this file goes over SSH. */
const keys = { accessKeyId: "PLAINSTORE0000000001", secretAccessKey: "a/secret+with=signs" };
const admin = (...args: string[]): Promise<string> => must("pve", ["radosgw-admin", ...args]);
const setSecret = (key: string, value: string): Promise<string> =>
  mustPulumi(["config", "set", "--secret", `cnpg-rgw:${key}`], { input: value });

const cephKeys = ["cephHost", "cephHostPrivateKey", "radosgwAdmin", "rgwUser", "singleDiskCeph", "caBundle"];

let putConfigBack: () => void;

before(async () => {
  putConfigBack = rememberedConfig();
  await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  for (const key of cephKeys) await pulumi(["config", "rm", `cnpg-rgw:${key}`]);
  await setConfig({ "cnpg-rgw:bucket": "plain", "cnpg-rgw:endpoint": endpoint, "cnpg-rgw:path": "/any" });
  const given = [
    "--uid=plain",
    "--display-name=Plain",
    `--access-key=${keys.accessKeyId}`,
    `--secret-key=${keys.secretAccessKey}`,
  ];
  await admin("user", "create", ...given);
});

describe("a store without a Ceph host", () => {
  it("needs keys, and says how to give them", async () => {
    await pulumi(["config", "rm", "cnpg-rgw:accessKeyId"]);
    await pulumi(["config", "rm", "cnpg-rgw:secretAccessKey"]);
    const outcome = await pulumi(["preview"]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /pulumi config set --secret cnpg-rgw:secretAccessKey/);
  });

  it("works with keys given, and sends nothing to a Ceph host", async () => {
    await setSecret("accessKeyId", keys.accessKeyId);
    await setSecret("secretAccessKey", keys.secretAccessKey);
    const before = cephWrites().length;
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    const { values } = await backupSecret("demo");
    assert.deepEqual(
      [values.S3_ACCESS_KEY_ID, values.S3_BUCKET, values.S3_PATH],
      [keys.accessKeyId, "plain", "/any"],
    );
    assert.deepEqual(await s3({ ...keys, bucket: "plain", steps: [["list", ""]] }), [[]]);
    assert.deepEqual(cephWrites().slice(before), []);
  });
});

describe("what is set on the bucket by hand is told in the preview:", () => {
  const told = async (step: "versioned" | "upload", key: string, says: RegExp) => {
    await s3({ ...keys, bucket: "plain", steps: [[step, key]] });
    assert.match(await mustPulumi(["preview"]), says);
  };

  it("versioning, with the lifecycle rule that mends it; and the smoke check leaves no version", async () => {
    await told("versioned", "", /keeps old versions of objects.*frees no space.*NoncurrentVersionExpiration/);
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await s3({ ...keys, bucket: "plain", steps: [["versions", "any/"]] }), [0]);
    await s3({ ...keys, bucket: "plain", steps: [["suspended", ""]] });
  });

  it("an unfinished upload under the path, by number and age", async () => {
    await told(
      "upload",
      "any/orders/big",
      /Unfinished uploads under any\/ of bucket plain: 1, the oldest begun less/,
    );
    await s3({ ...keys, bucket: "plain", steps: [["abort", "any/"]] });
    assert.doesNotMatch(await mustPulumi(["preview"]), /Unfinished uploads/);
  });

  it("a policy for everyone under a condition that anybody meets, with the condition", async () => {
    const Condition = { StringLike: { "aws:UserAgent": "*" } };
    const Resource = "arn:aws:s3:::plain/any/*";
    const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource, Condition };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await s3({ ...keys, bucket: "plain", steps: [["policy", "", policy]] });
    const printed = await mustPulumi(["preview"]);
    assert.match(
      printed,
      /lets everyone do "s3:GetObject" under the condition .*aws:UserAgent.* neither who may/,
    );
    await s3({ ...keys, bucket: "plain", steps: [["close", ""]] });
  });
});

describe("keys that may use the bucket and not manage it", () => {
  const few = { accessKeyId: "FEWRIGHTS00000000001", secretAccessKey: "fewRightsAndNoMore0123456789" };
  const statement = (Action: string[], Resource: string, Condition?: object) => ({
    ...{ Effect: "Allow", Principal: { AWS: ["arn:aws:iam:::user/few"] }, Action },
    Resource: `arn:aws:s3:::plain${Resource}`,
    ...(Condition && { Condition }),
  });

  it("are told how, and work with manageBucket: false", async () => {
    const user = ["--uid=few", "--display-name=Few"];
    await admin(
      "user",
      "create",
      ...user,
      "--access-key",
      few.accessKeyId,
      "--secret-key",
      few.secretAccessKey,
    );
    const Statement = [
      statement(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], "/any/*"),
      statement(["s3:ListBucket"], "", { StringLike: { "s3:prefix": "any/*" } }),
    ];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await s3({ ...keys, bucket: "plain", steps: [["policy", "", policy]] });
    await setSecret("accessKeyId", few.accessKeyId);
    await setSecret("secretAccessKey", few.secretAccessKey);
    const refused = await pulumi(["preview"]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.all, /bucket plain .*pulumi config set cnpg-rgw:manageBucket false/);
    await setConfig({ "cnpg-rgw:manageBucket": "false" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["preview", "--expect-no-changes"]);
    assert.deepEqual(await s3({ ...keys, bucket: "plain", steps: [["head", ""]] }), ["done"]);
  });

  it("give way to the owner's, and the bucket is adopted again", async () => {
    await setSecret("accessKeyId", keys.accessKeyId);
    await setSecret("secretAccessKey", keys.secretAccessKey);
    await setConfig({ "cnpg-rgw:manageBucket": "true" });
    await mustPulumi(["up", "--yes", "--skip-preview"]);
    await s3({ ...keys, bucket: "plain", steps: [["close", ""]] });
    await admin("user", "rm", "--uid=few");
  });
});

interface Fault {
  readonly of: string;
  readonly message: RegExp;
  readonly cause: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}
const wrongEndpoint = (of: string, url: string, message: RegExp): Fault => ({
  of,
  message,
  cause: () => setConfig({ "cnpg-rgw:endpoint": url }),
  mend: () => setConfig({ "cnpg-rgw:endpoint": endpoint }),
});

const faults: readonly Fault[] = [
  wrongEndpoint("the name", "http://s3.nowhere.invalid:7480", /S3 name problem: .*s3\.nowhere\.invalid/),
  wrongEndpoint("the network", "http://10.0.0.10:7481", /S3 network problem: .*refuses connections/),
  wrongEndpoint("the route", "http://192.0.2.1:7480", /S3 network problem: .*no route/),
  wrongEndpoint("TLS: a CA that is not trusted", "https://10.0.0.10:7443", /S3 tls problem: .*Set caBundle/),
  wrongEndpoint("TLS on a plain port", "https://10.0.0.10:7480", /S3 tls problem: .*write http:/),
  wrongEndpoint("the server: not S3", "http://10.0.0.2:8879", /S3 server problem: /),
  {
    of: "the access key",
    message: /S3 key problem: .*does not know the access key/,
    cause: () => setSecret("accessKeyId", "NOBODYHASTHISKEY0001"),
    mend: () => setSecret("accessKeyId", keys.accessKeyId),
  },
  {
    of: "the secret key",
    message: /S3 key problem: .*secret key does not belong/,
    cause: () => setSecret("secretAccessKey", "another-secret-0123456789"),
    mend: () => setSecret("secretAccessKey", keys.secretAccessKey),
  },
  {
    of: "a suspended user",
    message: /S3 key problem: .*suspended/,
    cause: () => admin("user", "suspend", "--uid=plain"),
    mend: () => admin("user", "enable", "--uid=plain"),
  },
  {
    of: "a permission",
    message: /S3 permission problem: /,
    cause: () => admin("user", "modify", "--uid=plain", "--op-mask=read"),
    mend: () => admin("user", "modify", "--uid=plain", "--op-mask=read,write,delete"),
  },
];

/** Words for all of them, and for what the lab cannot have, are in tables in test/unit/components/s3. */
const core = new Set(["TLS: a CA that is not trusted"]);

describe("the smoke check says which it is:", () => {
  for (const fault of faults) {
    const { it: test } = core.has(fault.of)
      ? { it }
      : inFullAs(`the smoke check says which it is: ${fault.of}`);
    test(fault.of, async () => {
      await fault.cause();
      const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
      await fault.mend();
      assert.notEqual(outcome.code, 0, outcome.all);
      assert.match(outcome.all, fault.message);
      assert.ok(!outcome.all.includes(keys.secretAccessKey), "no secret in the error");
      assertNoStackTrace(outcome.all);
    });
  }

  it("or that all is well again", async () => {
    await mustPulumi(["up", "--yes", "--skip-preview"]);
  });
});

after(async () => {
  await mustPulumi(["destroy", "--yes", "--skip-preview"]);
  putConfigBack();
});
