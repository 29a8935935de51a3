import assert from "node:assert/strict";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  answered,
  askedAgain,
  askedBeforeMaking,
  notAnswered,
} from "../../../../components/kubernetes/ask-first.ts";
import { getIfThere } from "../../../../components/kubernetes/questions.ts";
import { KubeFailure } from "../../../../components/kubernetes/api.ts";
import { KubeconfigMistake } from "../../../../components/kubernetes/kubeconfig.ts";
import { recordResources, valueOf, recordedResources } from "../../mocks.ts";
import { kubeconfigFor } from "./api-server.ts";
import { afterTest, mockMethod } from "../../../support/after-test.ts";

recordedResources();

/** Fails that often, and answers then. */
function failing(times: number, error: Error) {
  const asked = { count: 0 };
  const ask = (): Promise<string> => {
    asked.count += 1;
    return asked.count > times ? Promise.resolve("answer") : Promise.reject(error);
  };
  return { asked, ask };
}

describe("askedAgain", () => {
  const away = new Error("connect ECONNREFUSED");

  it("gets over an outage, also of a server that answers with an error of its own", async () => {
    for (const error of [away, new KubeFailure(503, ""), new KubeFailure(429, "")]) {
      const { asked, ask } = failing(3, error);
      assert.equal(await askedAgain(ask, 10, 1), "answer");
      assert.equal(asked.count, 4);
    }
  });

  it("gives up once the time is over, and at the first failure where there is none", async () => {
    const { asked, ask } = failing(Infinity, away);
    await assert.rejects(askedAgain(ask, 0.1, 10), away);
    assert.ok(asked.count > 1, `asked ${asked.count} times`);
    const once = failing(Infinity, away);
    await assert.rejects(askedAgain(once.ask, 0), away);
    assert.equal(once.asked.count, 1);
  });

  it("does not ask again who refuses", async () => {
    for (const status of [401, 403]) {
      const { asked, ask } = failing(Infinity, new KubeFailure(status, ""));
      await assert.rejects(askedAgain(ask, 10, 1));
      assert.equal(asked.count, 1);
    }
  });

  it("does not ask again after a mistake in the kubeconfig", async () => {
    const kubeconfig = kubeconfigFor("http://127.0.0.1:1");
    for (const cluster of [{ kubeconfig, context: "prod" }, { kubeconfig: "/no/such/kubeconfig" }]) {
      let count = 0;
      const ask = () => {
        count += 1;
        return getIfThere(cluster, "/api/v1/namespaces/shop", z.unknown());
      };
      await assert.rejects(askedAgain(ask, 10, 1), KubeconfigMistake);
      assert.equal(count, 1);
    }
  });
});

describe("a question without an answer", () => {
  const what = "Secret s is in namespace shop already";
  const right = "get Secrets there";
  const forbidden = new KubeFailure(403, JSON.stringify({ message: 'secrets "s" is forbidden' }));

  it("is an error of an update", async () => {
    const resource = undefined as never;
    await assert.rejects(askedBeforeMaking(what, right, failing(1, forbidden).ask, resource), (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.message, notAnswered(what, right, forbidden));
      return true;
    });
  });

  it("is a warning of a preview, which asks once", async () => {
    await recordResources({ preview: true });
    afterTest(() => recordResources());
    const warn = mockMethod(pulumi.log, "warn", () => Promise.resolve());
    const resource = new pulumi.ComponentResource("test:index:Test", "secrets");
    for (const namespace of ["one", "two"]) {
      const away = failing(1, new Error("no answer within 10 s"));
      assert.equal(await askedBeforeMaking(namespace, right, away.ask, resource), undefined);
      assert.equal(away.asked.count, 1);
    }
    await valueOf(resource.urn);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      warn.map(([message]) => message),
      [
        `${notAnswered("one", right, new Error("no answer within 10 s"))}. This warning is shown once, even if it applies to more.`,
      ],
    );
  });

  it("lets an update go on where just the right is missing and no data are at risk, and says so", async () => {
    const warn = mockMethod(pulumi.log, "warn", () => Promise.resolve());
    const ask = (error: Error, isNeeded = false) =>
      answered({ what, right: "list Secrets there", ask: failing(1, error).ask, isNeeded });
    assert.equal(await ask(forbidden), undefined);
    assert.equal(await ask(forbidden), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(warn.length, 1);
    // Another run in the same process, as with the Automation API, says it too.
    await recordResources();
    assert.equal(await ask(forbidden), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(warn.length, 2);
    await assert.rejects(ask(forbidden, true), /the right to list Secrets there/);
    await assert.rejects(ask(new KubeFailure(401, "")), /Run `pulumi up` again when Kubernetes answers/);
  });

  it("is put down to the kubeconfig where that has a mistake, and not to a cluster that is away", () => {
    assert.match(
      notAnswered(what, right, new KubeconfigMistake('kubeconfig "/k" has no context "prod"')),
      /^Could not check whether .* \(kubeconfig "\/k" has no context "prod"\)\. Correct it where it is set: kubernetes:kubeconfig, kubernetes:context or kubernetes:cluster .* preflight of the component\. Then run `pulumi up` again$/,
    );
  });

  it("says why, and to run again, or which right is missing", () => {
    assert.equal(
      notAnswered(what, right, new Error("no answer within 10 s")),
      "Could not check whether Secret s is in namespace shop already (no answer within 10 s). Run `pulumi up` again when Kubernetes answers",
    );
    assert.equal(
      notAnswered(what, right, forbidden),
      'Could not check whether Secret s is in namespace shop already (HTTP 403: secrets "s" is forbidden). Give the account that ' +
        "runs pulumi the right to get Secrets there, or turn the check off: preflight.enabled false of the component",
    );
  });
});
