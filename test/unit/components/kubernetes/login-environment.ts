import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { servesPodMonitors } from "../../../../components/kubernetes/questions.ts";
import { keepSecretsFromOtherPrograms } from "../../../../config/other-programs.ts";
import { apiServer, withPodMonitors } from "./api-server.ts";

/** A process of its own: logs in before and after the secrets are kept from other programs. */
const folder = mkdtempSync(join(tmpdir(), "login-"));
const { kubeconfig, close } = await apiServer(withPodMonitors);
try {
  const credential =
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}';
  const inherited = join(folder, "environment");
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "sh",
    args: ["-c", `env > ${inherited}; echo '${credential}'`],
    interactiveMode: "Never",
  };
  const withLogin = kubeconfig.replace('"user":{}', `"user":{"exec":${JSON.stringify(exec)}}`);
  assert.equal(new pulumi.Config("p").get("key"), "hunter2");

  assert.equal(await servesPodMonitors({ kubeconfig: withLogin }), "yes");
  assert.doesNotMatch(readFileSync(inherited, "utf8"), /hunter2/);
  keepSecretsFromOtherPrograms();
  assert.equal(await servesPodMonitors({ kubeconfig: withLogin.replace("echo", "true; echo") }), "yes");
  assert.doesNotMatch(readFileSync(inherited, "utf8"), /hunter/);
  assert.match(readFileSync(inherited, "utf8"), /^AWS_PROFILE=kept$/m);
  assert.equal(new pulumi.Config("p").get("key"), "hunter2");
} finally {
  close();
  rmSync(folder, { recursive: true });
}
