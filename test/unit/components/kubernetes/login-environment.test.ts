import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { servesPodMonitors } from "../../../../components/kubernetes/questions.ts";
import { keepSecretsFromOtherPrograms } from "../../../../config/other-programs.ts";
import { apiServer, withPodMonitors } from "./api-server.ts";
import { afterTest } from "../../../support/after-test.ts";

describe("a login command of a kubeconfig", () => {
  it("inherits the environment, and neither the stack's config nor the passphrase", async () => {
    const folder = mkdtempSync(join(tmpdir(), "login-"));
    const { kubeconfig, close } = await apiServer(withPodMonitors);
    afterTest(() => {
      close();
      rmSync(folder, { recursive: true });
    });
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
    // As the language host starts the program; the SDK reads it when it starts.
    process.env.PULUMI_CONFIG = '{"p:key":"hunter2"}';
    process.env.PULUMI_CONFIG_PASSPHRASE = "hunter3";
    process.env.AWS_PROFILE = "kept";
    assert.equal(new pulumi.Config("p").get("key"), "hunter2");

    assert.equal(await servesPodMonitors({ kubeconfig: withLogin }), "yes");
    assert.doesNotMatch(readFileSync(inherited, "utf8"), /hunter2/);
    keepSecretsFromOtherPrograms();
    assert.equal(await servesPodMonitors({ kubeconfig: withLogin.replace("echo", "true; echo") }), "yes");
    assert.doesNotMatch(readFileSync(inherited, "utf8"), /hunter/);
    assert.match(readFileSync(inherited, "utf8"), /^AWS_PROFILE=kept$/m);
    assert.equal(new pulumi.Config("p").get("key"), "hunter2");
  });
});
