import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

import { stringify } from "yaml";

import { plainAccess } from "../../../../components/kubernetes/plain-kubeconfig.ts";

const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
before(() => {
  // The home directory, as `~` means it.
  process.env.HOME = folder;
});
after(() => {
  rmSync(folder, { recursive: true });
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function kubeconfig(cluster: object, user: object): string {
  return stringify({
    clusters: [{ name: "c", cluster: { server: "https://10.0.0.20:6443", ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [
      { name: "home", context: { cluster: "c", user: "u", namespace: "shop" } },
      { name: "broken", context: { cluster: "elsewhere", user: "u" } },
    ],
    "current-context": "home",
  });
}

const plain = kubeconfig(
  { "certificate-authority-data": base64("ca") },
  { "client-certificate-data": base64("cert"), "client-key-data": base64("key") },
);

describe("plainAccess", () => {
  it("reads certificates, from the content or a file", () => {
    const file = join(folder, "config");
    writeFileSync(file, plain);
    for (const given of [plain, file, "~/config"]) {
      const access = plainAccess({ kubeconfig: given });
      assert.equal(access?.server.href, "https://10.0.0.20:6443/");
      const { ca, cert, key, ...rest } = access.tls;
      assert.deepEqual([ca, cert, key].map(String), ["ca", "cert", "key"]);
      assert.deepEqual([rest, access.headers], [{}, {}]);
    }
  });

  it("reads a token, a CA in a file, and that TLS is not to be verified", () => {
    const ca = join(folder, "ca.crt");
    writeFileSync(ca, "ca");
    const cluster = { "certificate-authority": ca, "insecure-skip-tls-verify": true };
    const access = plainAccess({ kubeconfig: kubeconfig(cluster, { token: "t0ken" }) });
    assert.equal(access?.headers.authorization, "Bearer t0ken");
    assert.deepEqual([String(access.tls.ca), access.tls.rejectUnauthorized], ["ca", false]);
  });

  it("takes another cluster of the file than the context's, where one is named", () => {
    assert.equal(plainAccess({ kubeconfig: plain, context: "broken", cluster: "c" })?.server.port, "6443");
    assert.equal(plainAccess({ kubeconfig: plain, cluster: "elsewhere" }), undefined);
  });

  it("leaves to the Kubernetes client what is not plain, or not in order", () => {
    const others: Record<string, string> = {
      "a login command": kubeconfig({}, { exec: { command: "login" } }),
      "a password": kubeconfig({}, { username: "u", password: "p" }),
      "a proxy": kubeconfig({ "proxy-url": "http://10.0.0.1:3128" }, {}),
      "a name for TLS": kubeconfig({ "tls-server-name": "kubernetes" }, {}),
      "plain http": kubeconfig({ server: "http://10.0.0.20:8080" }, {}),
      "a relative path": kubeconfig({ "certificate-authority": "ca.crt" }, {}),
      "a missing file": kubeconfig({ "certificate-authority": join(folder, "none") }, {}),
      "data that is no base64": kubeconfig({ "certificate-authority-data": "?" }, {}),
      "no YAML": "clusters: [",
      "not a kubeconfig": "[]",
    };
    for (const [what, text] of Object.entries(others)) {
      assert.equal(plainAccess({ kubeconfig: text }), undefined, what);
    }
    assert.equal(plainAccess({ kubeconfig: plain, context: "broken" }), undefined);
    assert.equal(plainAccess({ kubeconfig: plain, context: "elsewhere" }), undefined);
  });
});
