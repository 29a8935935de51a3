import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { z } from "zod";
import { cgroupName } from "../../../../lab/layout.ts";
import { daemonEnvironment } from "../../../../lab/kubernetes/command.ts";
import { podCidr } from "../../../../lab/kubernetes/facts.ts";
import { kubeconfig } from "../../../../lab/kubernetes/kubeconfig.ts";
import { kubeletConfig } from "../../../../lab/kubernetes/node/kubelet.ts";
import { cniConfig } from "../../../../lab/kubernetes/node/pod-network.ts";
import { containerdSocket } from "../../../../lab/kubernetes/paths.ts";
import { clients, opensslConfig } from "../../../../lab/kubernetes/pki.ts";

describe("certificates", () => {
  it("of clients carry user and group, and serve no server", () => {
    const config = opensslConfig({ name: "kubelet", ...clients.kubelet });
    assert.match(config, /^O = system:nodes$/m);
    assert.match(config, /^CN = system:node:k8s$/m);
    assert.match(config, /^extendedKeyUsage = clientAuth$/m);
    assert.doesNotMatch(config, /subjectAltName/);
  });

  it("of servers carry their names and serve no client", () => {
    const config = opensslConfig({ name: "s", commonName: "s", alternativeNames: ["DNS:s", "IP:10.0.0.20"] });
    assert.match(config, /^subjectAltName = DNS:s, IP:10\.0\.0\.20$/m);
    assert.match(config, /^extendedKeyUsage = serverAuth$/m);
  });
});

describe("kubeconfig", () => {
  it("holds everything itself, so that it works wherever it is copied to", () => {
    const text = kubeconfig("admin", { ca: "CA", certificate: "CERT", key: "KEY" });
    const schema = z.object({
      users: z.tuple([z.object({ user: z.object({ "client-key-data": z.string() }) })]),
      clusters: z.tuple([z.object({ cluster: z.object({ server: z.url() }) })]),
    });
    const { users, clusters } = schema.parse(parse(text));
    assert.equal(Buffer.from(users[0].user["client-key-data"], "base64").toString(), "KEY");
    assert.equal(clusters[0].cluster.server, "https://10.0.0.20:6443");
  });
});

describe("settings of the node", () => {
  it("keep pods in the lab's cgroup, where `down` finds them", () => {
    const { cgroupRoot } = z.object({ cgroupRoot: z.string() }).parse(parse(kubeletConfig()));
    assert.ok(cgroupRoot.startsWith(`/${cgroupName}/`));
  });

  it("give pods addresses of the network that the node masquerades", () => {
    const ipam = z.object({ ranges: z.tuple([z.tuple([z.object({ subnet: z.string() })])]) });
    const config = z.object({ plugins: z.tuple([z.object({ ipam })]) }).parse(JSON.parse(cniConfig()));
    assert.equal(config.plugins[0].ipam.ranges[0][0].subnet, podCidr);
  });

  it("keep containerd's socket short enough for the kernel", () => {
    assert.ok(containerdSocket.length < 100);
  });
});

describe("daemonEnvironment", () => {
  it("differs when the settings do, so that the daemon is started anew", () => {
    assert.deepEqual(daemonEnvironment("a"), daemonEnvironment("a"));
    assert.notDeepEqual(daemonEnvironment("a"), daemonEnvironment("b"));
  });
});
