/**
 * The lab's own Kubernetes provider under the real engine and against the lab's API server: what the official plugin
 * does where it can hurt a user, this one does too.
 */
import assert from "node:assert/strict";
import { after, before, it } from "mocha";
import { type EngineProject, engineProject } from "./support/engine-project.ts";
import { inFull } from "./support/full.ts";
import { kubectl, must, on } from "./support/lab.ts";

const namespace = "plugin-check";
const password = "a-password-that-nobody-may-see";

const program = `
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const ns = new k8s.core.v1.Namespace("ns", { metadata: { name: "${namespace}" } });
const metadata = { namespace: ns.metadata.name };
new k8s.core.v1.Secret("secret", {
  metadata: { ...metadata, name: "fixed" }, stringData: { password: config.requireSecret("password") },
});
new k8s.core.v1.ConfigMap("settings", { metadata, data: { size: config.get("size") ?? "1" } });
const names = { kind: "Gadget", plural: "gadgets" };
const spec = { type: "object", properties: { size: { type: "integer" } } };
const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
const definition = new k8s.apiextensions.v1.CustomResourceDefinition("definition", {
  metadata: { name: "gadgets.plugin-check.example" },
  spec: {
    group: "plugin-check.example", scope: "Namespaced", names,
    versions: [{ name: "v1", served: true, storage: true, schema }],
  },
});
const unknown = config.getBoolean("unknown") ? { nosuch: true } : {};
const waiting = config.get("waitFor") ? { annotations: { "pulumi.com/waitFor": config.require("waitFor") } } : {};
new k8s.apiextensions.CustomResource("gadget", {
  apiVersion: "plugin-check.example/v1", kind: "Gadget", metadata: { ...metadata, name: "g", ...waiting },
  spec: { size: 1, ...unknown },
}, { dependsOn: definition, customTimeouts: { update: "3s" } });
if (config.getBoolean("existing")) {
  new k8s.core.v1.ConfigMap("existing", { metadata: { ...metadata, name: "existing" }, data: { a: "mine" } });
}
if (config.get("release")) {
  new k8s.helm.v3.Release("release", {
    chart: "./chart", name: "tiny", namespace: ns.metadata.name, atomic: true, timeout: 4,
    values: { template: config.require("release"), password: config.requireSecret("password") },
  });
}
`;

const chart = {
  "chart/Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 0.1.0\nappVersion: '1.0'\n",
  "chart/templates/all.yaml": `
apiVersion: v1
kind: Secret
metadata: {name: tiny}
stringData: {password: {{ .Values.password | quote }}}
---
{{- if eq .Values.template "never-ready" }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: tiny}
spec:
  selector: {matchLabels: {app: tiny}}
  template:
    metadata: {labels: {app: tiny}}
    spec: {containers: [{name: c, image: "localhost/no-such-image:1", imagePullPolicy: Never}]}
{{- else if eq .Values.template "unknown-kind" }}
apiVersion: plugin-check.example/v1
kind: Nosuch
metadata: {name: tiny}
{{- end }}
`,
};

inFull.describe("the lab's own Kubernetes provider", () => {
  let project: EngineProject;
  const pulumi = async (...args: string[]) =>
    on("workstation", [
      "env",
      // Of the PATH the workstation has its own.
      ...Object.entries(project.environment)
        .filter(([name]) => name !== "PATH")
        .map(([name, value]) => `${name}=${value}`),
      project.engine,
      ...["--cwd", project.program, "--non-interactive", "--color", "never"],
      ...args,
    ]);
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, all } = await pulumi(...args);
    assert.equal(code, 0, all);
    return all;
  };
  const up = ["up", "--yes", "--skip-preview"];
  const fail = async (...args: string[]): Promise<string> => {
    const { code, all } = await pulumi(...args);
    assert.notEqual(code, 0, all);
    return all;
  };
  /** Runs with one more key of config, and takes it away again whatever happens. */
  const having = async (key: string, value: string, run: () => Promise<void>) => {
    await succeed("config", "set", key, value);
    try {
      await run();
    } finally {
      await succeed("config", "rm", key);
    }
  };
  const assertNoSecretInState = () => {
    const state = project.state();
    assert.ok(state.some((text) => text.includes("Gadget")));
    for (const secret of [password, Buffer.from(password).toString("base64")]) {
      assert.ok(!state.some((text) => text.includes(secret)), "a secret in the clear in the state");
    }
  };
  const get = async (what: string, path: string) =>
    kubectl("-n", namespace, "get", what, "-o", `jsonpath={${path}}`);
  const releases = async () => must("workstation", ["helm", "list", "-n", namespace, "--all", "--short"]);

  before(async () => {
    project = engineProject("plugin-check", ["kubernetes"], { "index.ts": program, ...chart });
    await succeed("stack", "init", "test");
    await succeed("config", "set", "--secret", "password", password);
    await succeed("config", "set", "kubernetes:enableSecretMutable", "true");
  });
  after(() => {
    project.remove();
  });

  it("previews a custom resource whose definition comes from the same program, and makes nothing", async () => {
    const output = await succeed("preview", "--diff");
    assert.match(output, /\+ 6 to create/);
    assert.ok(!output.includes(password));
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  });

  it("drops an unknown field of a custom resource in silence on create, and refuses it on update", async () => {
    await having("unknown", "true", async () => {
      assert.match(await succeed(...up), /\+ 6 created/);
      assert.equal(await get("gadgets.plugin-check.example/g", ".spec"), '{"size":1}');
      assert.match(await fail(...up), /failed to create typed patch object .* field not declared in schema/);
    });
    await succeed(...up);
  });

  it("changes nothing the second time, also after a refresh, and keeps secrets out of the state", async () => {
    assert.match(await succeed(...up, "--expect-no-changes"), /6 unchanged/);
    await succeed("refresh", "--yes", "--skip-preview");
    await succeed("preview", "--expect-no-changes");
    assertNoSecretInState();
  });

  it("changes a Secret in place where it is mutable, and replaces it, the old one first, where not", async () => {
    const before = await get("secret/fixed", ".metadata.uid");
    await succeed("config", "set", "--secret", "password", `${password}-2`);
    assert.match(await succeed(...up), /~ 1 updated/);
    assert.equal(await get("secret/fixed", ".metadata.uid"), before);
    assert.equal(
      await get("secret/fixed", ".data.password"),
      Buffer.from(`${password}-2`).toString("base64"),
    );
    await succeed("config", "set", "kubernetes:enableSecretMutable", "false");
    await succeed("config", "set", "--secret", "password", password);
    assert.match(await succeed(...up), /\+-1 replaced/);
    assert.notEqual(await get("secret/fixed", ".metadata.uid"), before);
    await succeed("config", "set", "kubernetes:enableSecretMutable", "true");
  });

  it("replaces an autonamed ConfigMap without a moment in which there is none", async () => {
    await succeed("config", "set", "size", "2");
    const output = await succeed(...up);
    assert.ok(output.indexOf("created replacement") < output.indexOf("deleting original"), output);
  });

  it("does not take over an object that exists, and preview does not see it", async () => {
    await kubectl("-n", namespace, "create", "configmap", "existing", "--from-literal=a=theirs");
    await having("existing", "true", async () => {
      await succeed("preview");
      assert.match(await fail(...up), /configmaps "existing" already exists/);
      assert.equal(await get("configmap/existing", ".data.a"), "theirs");
    });
  });

  it("waits for what an annotation says, until the deadline, and loses nothing then", async () => {
    await having("waitFor", "condition=Ready", async () => {
      assert.match(
        await fail(...up),
        /was successfully created, but .* failed to fully initialize or become live: timed out waiting for the condition/,
      );
    });
    await succeed(...up);
  });

  it("installs a chart as a real Helm release, and keeps its values secret", async () => {
    await having("release", "plain", async () => {
      assert.match(await succeed(...up), /\+ 1 created/);
      assert.equal((await releases()).trim(), "tiny");
      assert.equal(await get("secret/tiny", ".data.password"), Buffer.from(password).toString("base64"));
      await succeed("preview", "--expect-no-changes");
      assertNoSecretInState();
    });
    await succeed(...up);
    assert.equal((await releases()).trim(), "");
  });

  it("fails a release of an unknown kind with helm's words; preview does not see it", async () => {
    await having("release", "unknown-kind", async () => {
      await succeed("preview");
      assert.match(await fail(...up), /no matches for kind "Nosuch" in version "plugin-check.example\/v1"/);
      assert.equal((await releases()).trim(), "");
    });
  });

  it("waits for a release's workloads and takes a failed first install away if it is atomic", async () => {
    await having("release", "never-ready", async () => {
      assert.match(
        await fail(...up),
        /release tiny failed, and has been uninstalled due to atomic being set/,
      );
      assert.equal((await releases()).trim(), "");
    });
  });

  it("destroys everything and waits until it is gone", async () => {
    await succeed("destroy", "--yes", "--skip-preview");
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
    assert.equal(await kubectl("get", "crd", "gadgets.plugin-check.example", "--ignore-not-found"), "");
  });
});
