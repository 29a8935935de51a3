import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { kubeConfigOf } from "../../../../components/kubernetes/api.ts";
import { proxyOf } from "../../../../components/kubernetes/proxy.ts";
import { kubeconfigFor } from "./api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

const server = "https://10.0.0.20:6443";
const proxy = "http://10.0.0.1:3128";

describe("proxyOf", () => {
  it("is the environment's, for https to other machines only", () => {
    assert.equal(proxyOf(server, {}), undefined);
    assert.equal(proxyOf(server, { HTTPS_PROXY: proxy }), proxy);
    assert.equal(proxyOf(server, { https_proxy: "10.0.0.1:3128" }), proxy);
    for (const near of [
      "https://localhost:6443",
      "https://127.0.0.1:6443",
      "https://[::1]:6443",
      "http://k8s:80",
    ]) {
      assert.equal(proxyOf(near, { HTTPS_PROXY: proxy }), undefined, near);
    }
    assert.equal(proxyOf("nowhere", { HTTPS_PROXY: proxy }), undefined);
  });

  const exceptions: [list: string, server: string, isDirect: boolean][] = [
    ["*", server, true],
    ["10.0.0.20", server, true],
    ["10.0.0.2", server, false],
    ["10.0.0.20:6443", server, true],
    ["10.0.0.20:443", server, false],
    ["example.org, 10.0.0.0/8", server, true],
    ["10.1.0.0/16,fd00::/8,10.0.0.0/99,/", server, false],
    ["fd00::/8", "https://[fd00::20]:6443", true],
    ["home.lan", "https://k8s.home.lan:6443", true],
    [".home.lan", "https://k8s.HOME.lan", true],
    ["*.home.lan", "https://k8s.home.lan", true],
    ["home.lan", "https://k8s-home.lan", false],
    ["", "https://k8s.home.lan", false],
  ];
  for (const [list, to, isDirect] of exceptions) {
    it(`with NO_PROXY=${list} is ${isDirect ? "none" : "the proxy"} for ${to}`, () => {
      assert.equal(proxyOf(to, { HTTPS_PROXY: proxy, NO_PROXY: list }), isDirect ? undefined : proxy);
    });
  }
});

describe("a kubeconfig without a proxy", () => {
  it("gets the environment's", async () => {
    const before = process.env.HTTPS_PROXY;
    afterTest(() => {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    });
    process.env.HTTPS_PROXY = proxy;
    const kube = await kubeConfigOf({ kubeconfig: kubeconfigFor("https://k8s.example.org:6443") });
    assert.equal(kube.getCurrentCluster()?.proxyUrl, proxy);
  });
});
