import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { kubectl, mustPulumi, pulumi } from "./support/lab.ts";
import { postgresAnswers } from "./support/postgres.ts";
import { assertNoSecrets, recordingArgv, secretsOfStack } from "./support/secrets.ts";
import {
  backupSecret,
  bucket,
  cephWrites,
  endpoint,
  everythingStored,
  keysOfStack,
  rgwUser,
  s3,
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
  it("are nowhere in the clear: output, debug log, state, argv on any host", async () => {
    // The recorder saw the work at all: without this the check below would pass on an empty text.
    assert.match(argvSeen, /radosgw-admin.* user info/);
    const secrets = await secretsOfStack();
    assert.equal(secrets.length, 6);
    assertNoSecrets({ output: printed.join("\n"), state: everythingStored(), argv: argvSeen }, secrets);
  });
});

describe("a wrong config", () => {
  it("is one error that names the key and the command, before anything is made", async () => {
    await mustPulumi(["config", "set", "cnpg-rgw:endpoint", "ftp://10.0.0.10"]);
    const outcome = await pulumi(["up", "--yes", "--skip-preview"]);
    await mustPulumi(["config", "set", "cnpg-rgw:endpoint", endpoint]);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /cnpg-rgw:endpoint/);
    assert.match(outcome.all, /pulumi config set/);
    assert.doesNotMatch(outcome.all, /\n\s+at .*\(/, "no stack trace");
  });
});
