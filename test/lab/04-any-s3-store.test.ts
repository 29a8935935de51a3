import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { onlyInFull } from "./support/full.ts";
import { must, mustPulumi, pulumi } from "./support/lab.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import { backupSecret, cephWrites, endpoint, rememberedConfig, s3, setConfig } from "./support/stack.ts";

/** Made by somebody else's means; nothing in this file goes over SSH. */
const keys = { accessKeyId: "PLAINSTORE0000000001", secretAccessKey: "a/secret+with=signs" };
const admin = (...args: string[]): Promise<string> => must("pve", ["radosgw-admin", ...args]);
const setSecret = (key: string, value: string): Promise<string> =>
  mustPulumi(["config", "set", "--secret", `cnpg-rgw:${key}`], { input: value });

const cephKeys = ["cephHost", "cephHostPrivateKey", "radosgwAdmin", "rgwUser", "singleDiskCeph", "caBundle"];

const putConfigBack = rememberedConfig();

before(async () => {
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
    cause: () => setSecret("secretAccessKey", "wrong"),
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
    it(fault.of, core.has(fault.of) ? {} : onlyInFull, async () => {
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
