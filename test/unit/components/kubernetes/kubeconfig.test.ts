import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

import { type KubernetesArgs, kubeConfigOf, reasonOf } from "../../../../components/kubernetes/api.ts";
import { kubeGet } from "../../../../components/kubernetes/request.ts";
import { KubeconfigMistake } from "../../../../components/kubernetes/kubeconfig.ts";

const home = mkdtempSync(join(tmpdir(), "home-"));
before(() => {
  process.env.HOME = home;
});
after(() => {
  rmSync(home, { recursive: true });
});

const parts = {
  clusters: [{ name: "c", cluster: { server: "https://10.0.0.20:6443" } }],
  users: [{ name: "u", user: {} }],
  contexts: [
    { name: "home", context: { cluster: "c", user: "u" } },
    { name: "broken", context: { cluster: "elsewhere", user: "u" } },
  ],
  "current-context": "home",
};
const kubeconfig = (changed: object = {}): string => JSON.stringify({ ...parts, ...changed });

const serverOf = async (cluster: KubernetesArgs): Promise<string | undefined> =>
  (await kubeConfigOf(cluster)).getCurrentCluster()?.server;

async function mistakeOf(cluster: KubernetesArgs): Promise<string> {
  const error: unknown = await kubeConfigOf(cluster).catch((failure: unknown) => failure);
  assert.ok(error instanceof KubeconfigMistake, String(error));
  // As every message quotes it.
  assert.equal(reasonOf(error), error.message);
  return error.message;
}

describe("a kubeconfig", () => {
  it("is a path, in the home directory too, or content", async () => {
    const file = join(home, "config");
    writeFileSync(file, kubeconfig());
    for (const given of [file, "~/config", kubeconfig()]) {
      assert.equal(await serverOf({ kubeconfig: given }), "https://10.0.0.20:6443");
    }
  });

  it("is the default one where it is empty, as to the provider", async () => {
    const file = join(home, "default");
    writeFileSync(file, kubeconfig());
    process.env.KUBECONFIG = file;
    assert.equal(await serverOf({ kubeconfig: "", context: "" }), "https://10.0.0.20:6443");
    delete process.env.KUBECONFIG;
  });
});

describe("the cluster of a kubeconfig", () => {
  it("is another one than the context's, where one is named", async () => {
    const other = { name: "other", cluster: { server: "https://10.0.0.30:6443" } };
    const two = kubeconfig({ clusters: [...parts.clusters, other] });
    assert.equal(await serverOf({ kubeconfig: two, cluster: "other" }), "https://10.0.0.30:6443");
    assert.equal(await serverOf({ kubeconfig: two, cluster: "" }), "https://10.0.0.20:6443");
    assert.match(await mistakeOf({ kubeconfig: two, cluster: "no" }), /has no cluster "no"$/);
  });
});

describe("a mistake in a kubeconfig", () => {
  it("is named with the path", async () => {
    const file = join(home, "mistaken");
    writeFileSync(file, kubeconfig({ "current-context": undefined }));
    const named = `kubeconfig ${JSON.stringify(file)}`;
    assert.equal(await mistakeOf({ kubeconfig: "~/mistaken" }), `${named} has no current context`);
    assert.equal(await mistakeOf({ kubeconfig: file, context: "prod" }), `${named} has no context "prod"`);
    assert.equal(
      await mistakeOf({ kubeconfig: file, context: "broken" }),
      `${named} has no cluster for the context "broken"`,
    );
    assert.equal(await mistakeOf({ kubeconfig: "~/no-such" }), 'kubeconfig "~/no-such" does not exist');
    assert.match(await mistakeOf({ kubeconfig: "~" }), /^kubeconfig ".*" or a file .* \(EISDIR\)$/);
    process.env.KUBECONFIG = "/no/such";
    assert.match(await mistakeOf({}), /^kubeconfig "\/no\/such" or a file .* \(ENOENT\)$/);
    delete process.env.KUBECONFIG;
  });

  it("is named without the content", async () => {
    const secret = "hunter2";
    const contents: [content: string, says: RegExp][] = [
      [`clusters: [${secret}`, /^the given kubeconfig is not YAML$/],
      [`*${secret}`, /is not YAML$/],
      [secret, /has no contexts, so it is not a kubeconfig$/],
      ["null", /is not a kubeconfig$/],
      [
        kubeconfig({ clusters: [{ cluster: { server: secret } }] }),
        /is incomplete: clusters\[0\]\.name is missing$/,
      ],
      [kubeconfig({ clusters: [{ name: "c", cluster: { server: secret } }] }), /a server that is not a URL/],
      [kubeconfig({ users: [{ name: "u", user: { "token-file": `/${secret}` } }] }), /\(ENOENT\)$/],
    ];
    for (const [content, says] of contents) {
      const message = await mistakeOf({ kubeconfig: content });
      assert.match(message, says);
      assert.doesNotMatch(message, new RegExp(secret));
    }
    process.env.KUBECONFIG = contents[0]?.[0];
    assert.doesNotMatch(await mistakeOf({}), new RegExp(secret));
    delete process.env.KUBECONFIG;
  });

  it("is a file or a command, too, that it names and that does not exist", async () => {
    const users = [
      { "client-certificate": "/no/such", "client-key": "/no/such" },
      { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/no/such", args: [] } },
    ];
    for (const user of users) {
      const cluster = { kubeconfig: kubeconfig({ users: [{ name: "u", user }] }) };
      await assert.rejects(kubeGet(cluster, "/version", AbortSignal.timeout(5_000)), KubeconfigMistake);
    }
  });
});
