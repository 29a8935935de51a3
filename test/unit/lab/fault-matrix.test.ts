import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Theme } from "../../lab/faults/fault.ts";
import { report, steady } from "../../lab/faults/report.ts";
import { assertNoSecrets } from "../../lab/support/secrets.ts";
import { assertNoStackTrace } from "../../lab/support/stack-trace.ts";

describe("what the fault matrix looks for", () => {
  it("is any line of a stack trace, and not a message that says where", () => {
    for (const trace of [
      "    error: Error: x\n        at run (file:///a/b.ts:1:2)",
      "    error: Error: x\n        at file:///a/b.ts:1:2\n",
      "Error: x\n    at async node:internal/process:12:3",
      "    at async Promise.all (index 0)",
      "    Traceback (most recent call last):",
      "  goroutine 1 [running]:",
    ]) {
      assert.throws(() => {
        assertNoStackTrace(trace);
      }, trace);
    }
    assertNoStackTrace(
      "error: could not look for bucket x at http://10.0.0.10:7480: no answer\n  at 10:15 again",
    );
  });

  it("is a secret in every form that output, events and state write it in", () => {
    const secret = '-----BEGIN KEY-----\nabc"def\n-----END KEY-----\n';
    const body = secret.trimEnd();
    const forms = [
      body,
      JSON.stringify({ key: secret }),
      JSON.stringify(JSON.stringify({ key: secret })),
      Buffer.from(secret).toString("base64"),
      encodeURIComponent(body),
    ];
    for (const form of forms) {
      assert.throws(() => {
        assertNoSecrets({ output: `x ${form} y` }, [secret]);
      }, /a secret is in the clear in output/);
    }
    assertNoSecrets({ output: "nothing" }, [secret]);
  });

  it("is never nothing: without secrets the check would pass on anything", () => {
    for (const secrets of [[], [""]]) {
      assert.throws(() => {
        assertNoSecrets({ output: "x" }, secrets);
      }, /secrets to look for/);
    }
  });
});

describe("docs/faults.md", () => {
  it("quotes without what is another one each time", () => {
    assert.equal(
      steady(
        "put b/lab/fault-11/.cnpg-rgw-smoke/dc7a7284-d297-497f-887f-656362e6321c at http://10.0.0.10:7480",
      ),
      "put b/lab/fault-…/.cnpg-rgw-smoke/… at http://10.0.0.10:7480",
    );
    assert.equal(steady("Pod cnpg-cloudnative-pg-66586bbdd5-97ft9: x"), "Pod cnpg-cloudnative-pg-…: x");
    assert.equal(steady("pending-install since 2026-11-24T17:31:18.000Z:"), "pending-install since …:");
    const still =
      "delete secret sh.helm.release.v1.cnpg.v1 in namespace cnpg-system, image localhost/not-there:17";
    assert.equal(steady(still), still);
  });

  it("names the plugins that ran, and is there only once each fault has been caused", async () => {
    const theme: Theme = {
      title: "Part",
      notes: [],
      faults: [
        {
          name: "It is down",
          while: "everything is removed",
          command: ["destroy"],
          cause: () => Promise.resolve(() => Promise.resolve()),
          says: [],
          seconds: 60,
        },
      ],
    };
    const plugins = "Pulumi plugins: the lab's own for aws (LAB_PLUGINS=lab); official: nodejs";
    assert.equal(await report([theme], new Map(), plugins), undefined);
    const title = "It is down, while everything is removed";
    const rows = new Map([[title, { title, seen: ["x is down"], took: 7, next: "+ 9 created" }]]);
    const page = (await report([theme], rows, plugins)) ?? "";
    assert.match(page, /\nPulumi plugins: the lab's own for aws \(LAB_PLUGINS=lab\); official: nodejs\.\n/);
    assert.match(
      page,
      /It is down +\| `destroy`: everything is removed \| "x is down" +\| 60 s +\| ≤ 10 s \| what was gone/,
    );
  });
});
