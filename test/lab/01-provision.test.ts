import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { z } from "zod";
import { kubectl, must, mustPulumi, pulumi } from "./support/lab.ts";
import { postgresAnswers } from "./support/postgres.ts";
import {
  assertNoSecrets,
  filesOnCephHost,
  recordingArgv,
  secretsOfStack,
  secretsOfWholeStack,
} from "./support/secrets.ts";
import { assertNoStackTrace } from "./support/stack-trace.ts";
import {
  backupSecret,
  bucket,
  cephWrites,
  endpoint,
  everythingStored,
  keysOfStack,
  rememberedConfig,
  rgwUser,
  s3,
  setConfig,
  uid,
} from "./support/stack.ts";

/** Everything that the engine printed in this file, at the settings a user may choose. */
const printed: string[] = [];
let argvSeen = "";

describe("a fresh stack", () => {
  it("previews, and makes nothing", async () => {
    printed.push(await mustPulumi(["preview", "--diff"]));
    assert.match(printed[0] ?? "", /cnpg-rgw:ceph:RgwUser/);
    assert.equal(await rgwUser(uid), undefined);
    assert.equal(
      await kubectl("get", "namespace", "demo", "cnpg-system", "--ignore-not-found", "-o", "name"),
      "",
    );
  });

  it("comes up at the first try", async () => {
    const { result, argv } = await recordingArgv(() =>
      mustPulumi(["up", "--yes", "--diff", "--debug", "--logtostderr", "--logflow", "-v=7"]),
    );
    printed.push(result);
    argvSeen = argv;
  });

  it("made the RGW user as declared, with just the generated key", async () => {
    const user = await rgwUser(uid);
    const keys = await keysOfStack();
    assert.ok(user);
    assert.deepEqual(
      [user.display_name, user.max_buckets, user.suspended, user.user_quota.enabled],
      ["CNPG Backup User", 10, 0, false],
    );
    assert.deepEqual(
      user.keys.map((key) => [key.access_key, key.secret_key]),
      [[keys.accessKeyId, keys.secretAccessKey]],
    );
  });

  it("made a bucket that the keys in the namespace's Secret can use", async () => {
    const { labels, values } = await backupSecret("demo");
    const {
      S3_ACCESS_KEY_ID: accessKeyId = "",
      S3_SECRET_ACCESS_KEY: secretAccessKey = "",
      ...rest
    } = values;
    assert.deepEqual(rest, { S3_ENDPOINT: endpoint, S3_REGION: "local", S3_BUCKET: bucket, S3_PATH: "/lab" });
    assert.equal(labels["cnpg.io/reload"], "true");
    const steps: Parameters<typeof s3>[0]["steps"] = [
      ["list", ""],
      ["put", "lab/probe"],
      ["list", "lab/"],
      ["get", "lab/probe"],
      ["delete", "lab/probe"],
      ["list", ""],
    ];
    const found = await s3({ accessKeyId, secretAccessKey, steps });
    // The first list: the smoke check left nothing behind.
    assert.deepEqual(found, [[], "done", ["lab/probe"], "content of lab/probe", "done", []]);
  });

  it("made an operator that reconciles a Cluster in another namespace until PostgreSQL answers", async () => {
    assert.equal(await postgresAnswers("tenant"), "PostgreSQL 17");
  });

  it("turned on monitoring: PodMonitor, dashboard, resource requests", async () => {
    const podMonitors = await kubectl(
      "-n",
      "cnpg-system",
      "get",
      "podmonitors.monitoring.coreos.com",
      "-o",
      "name",
    );
    assert.match(podMonitors, /^podmonitor\.monitoring\.coreos\.com\/.+$/m);
    const dashboards = await kubectl(
      "-n",
      "cnpg-system",
      "get",
      "configmap",
      "-l",
      "grafana_dashboard=1",
      "-o",
      "name",
    );
    assert.match(dashboards, /^configmap\/.+$/m);
    // The operator and the plugin.
    const deployments = ["-n", "cnpg-system", "get", "deployment", "-o"];
    const requests = await kubectl(
      ...deployments,
      "jsonpath={range .items[*]}{.spec.template.spec.containers[*].resources.requests}{'\\n'}{end}",
    );
    const each = requests.trim().split("\n");
    assert.equal(each.length, 2);
    for (const one of each) {
      const names = Object.keys(z.record(z.string(), z.string()).parse(JSON.parse(one)));
      assert.deepEqual(names.sort(), ["cpu", "memory"]);
    }
  });
});

describe("the same stack again", () => {
  it("shows no change in preview and in up, and writes nothing on the Ceph host", async () => {
    const before = cephWrites().length;
    printed.push(await mustPulumi(["preview", "--expect-no-changes", "--diff"]));
    printed.push(await mustPulumi(["up", "--yes", "--expect-no-changes", "--skip-preview"]));
    assert.deepEqual(cephWrites().slice(before), []);
  });

  it("shows no drift after a refresh", async () => {
    printed.push(await mustPulumi(["refresh", "--yes", "--skip-preview"]));
    printed.push(await mustPulumi(["preview", "--expect-no-changes"]));
  });
});

describe("secrets", () => {
  it("are nowhere in the clear: output, debug log, state, argv on any host, files on the Ceph host", async () => {
    // The recorder saw the work at all: without this the check below would pass on an empty text.
    assert.match(argvSeen, /radosgw-admin.* user info/);
    const secrets = await secretsOfStack();
    assert.equal(secrets.length, secretsOfWholeStack);
    const files = await filesOnCephHost();
    assert.match(files, /^\/home\/ceph-admin\/.profile:/m);
    const output = printed.join("\n");
    assertNoSecrets({ output, state: everythingStored(), argv: argvSeen, files }, secrets);
  });
});

describe("a wrong config", () => {
  /** Each of another kind; the engine itself must not stop at the first. */
  const mistakes: [path: string, value: string, said: string][] = [
    ["endpoint", "ftp://10.0.0.10", 'cnpg-rgw:endpoint must be a URL like "http://10.0.0.10:7480"'],
    ["cephHost", "pve", 'cnpg-rgw:cephHost must be an object with address, user and hostKey, not "pve"'],
    ["caBundle[0]", "ca.pem", "cnpg-rgw:caBundle must be certificates in PEM format"],
    ["protectBucket", "maybe", 'cnpg-rgw:protectBucket must be true or false, not "maybe"'],
    ["rgwUser.maxBuckets", "many", 'cnpg-rgw:rgwUser.maxBuckets must be a number of buckets, not "many"'],
    ["operator.chartVersion", "latest", "cnpg-rgw:operator.chartVersion must be"],
    ["namepsaces[0]", "demo", "did you mean cnpg-rgw:namespaces?"],
  ];
  const resource = z.object({ urn: z.string(), id: z.string().optional() });
  const exported = z.object({ deployment: z.object({ resources: z.array(resource) }) });
  const resources = async (): Promise<unknown[]> =>
    exported.parse(JSON.parse(await must("workstation", ["pulumi", "stack", "export"]))).deployment.resources;
  let putConfigBack: () => void;
  before(() => {
    putConfigBack = rememberedConfig();
  });
  after(() => {
    putConfigBack();
  });

  it("is one error that names every key and its command, in preview and up, before anything is made", async () => {
    const before = { resources: await resources(), writes: cephWrites().length };
    await setConfig(Object.fromEntries(mistakes.map(([path, value]) => [`cnpg-rgw:${path}`, value])));
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await pulumi(args);
      assert.notEqual(outcome.code, 0, args.join(" "));
      assert.match(outcome.all, new RegExp(`has ${mistakes.length} problems:`));
      for (const [, , said] of mistakes) assert.ok(outcome.all.includes(said), `${said}: ${outcome.all}`);
      const commands = outcome.all.match(/(?<=^\s*)pulumi config (set|rm) .*$/gm);
      assert.equal(new Set(commands).size, mistakes.length, outcome.all);
      assert.doesNotMatch(outcome.all, /must be of type '/, "the engine's own check");
      assertNoStackTrace(outcome.all);
    }
    assert.deepEqual(await resources(), before.resources);
    assert.equal(cephWrites().length, before.writes);
    putConfigBack();
    await mustPulumi(["preview", "--expect-no-changes"]);
  });
});
