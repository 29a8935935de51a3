import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";

import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";

import { missingGo } from "./scripts/go.ts";
import { unless } from "../support/unless.ts";

const folder = ".github/workflows";
const step = z.looseObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const job = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  steps: z.array(step).default([]),
});
const workflow = z.looseObject({ permissions: z.strictObject({}), jobs: z.record(z.string(), job) });
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), "utf8");
  return { file, text, jobs: workflow.parse(parse(text)).jobs };
});
const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((each) => each.steps));

describe("the workflows", () => {
  it("use actions by commit, with the version that a bot and a reader see", () => {
    const used = workflows.flatMap(({ text }) =>
      [...text.matchAll(/uses: (?!\.\/)(.*)/g)].map(([, what]) => what),
    );
    assert.ok(used.length > 10);
    for (const what of used) assert.match(what ?? "", /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leave no token behind in what they check out", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.ok(checkouts.length > 5);
    for (const { with: inputs } of checkouts) assert.equal(inputs["persist-credentials"], false);
  });

  it("run the engine that the program is tested with", () => {
    const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
    const { packages } = lock.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
    const versions = steps.flatMap(({ with: inputs }) => inputs["pulumi-version"] ?? []);
    const { version } = packages["node_modules/pulumi"] ?? {};
    assert.deepEqual(versions, [version, version, version]);
  });

  unless(missingGo()).it("are clean for actionlint", async () => {
    await execa("go", ["run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12", "-shellcheck="]);
  });
});

/** Runs a step of a workflow; the program that it calls writes its first words to `calls`, and does as it is told. */
async function ran(id: string, program: string, behaviour: string, variables: Record<string, string>) {
  const home = mkdtempSync(join(tmpdir(), "cnpg-rgw-step-"));
  const written = (file: string): string =>
    existsSync(join(home, file)) ? readFileSync(join(home, file), "utf8") : "";
  try {
    const text = `#!/bin/sh\necho "$1 $2 $3" >> "${home}/calls"\n${behaviour}\n`;
    writeFileSync(join(home, program), text, { mode: 0o755 });
    const env = { ...variables, RUNNER_TEMP: home, KUBECONFIG: join(home, "kubeconfig"), STACK: "prod" };
    const script = steps.find((each) => each.id === id)?.run ?? "";
    const { exitCode } = await execa("bash", ["-eo", "pipefail", "-c", script], {
      env: { ...env, GITHUB_OUTPUT: join(home, "output"), PATH: `${home}:${process.env.PATH ?? ""}` },
      reject: false,
    });
    const calls = written("calls").trim().split("\n");
    return { exitCode, calls, body: written("body"), output: written("output") };
  } finally {
    rmSync(home, { recursive: true });
  }
}

describe("the look for drift", () => {
  const look = (code: number): ReturnType<typeof ran> =>
    ran("preview", "pulumi", `echo "~ Secret"; exit ${code}`, { CONTENT: "apiVersion: v1" });

  it("tells a clean stack from one with changes, by what the engine ends with", async () => {
    const clean = await look(0);
    assert.deepEqual(clean.calls, ["preview --refresh --expect-no-changes"]);
    assert.match(clean.output, /^state=clean\ntext<<([0-9a-f]{32})\n~ Secret\n\n\1\n$/);
    const drift = await look(7);
    assert.match(drift.output, /^state=drift\ntext<<([0-9a-f]{32})\n~ Secret\n\n\1\n$/);
    assert.deepEqual([clean.exitCode, drift.exitCode], [0, 0]);
  });

  it("fails, and says nothing of the stack, where the preview does", async () => {
    const { exitCode, output } = await look(255);
    assert.deepEqual([exitCode, output], [255, ""]);
  });
});

describe("the issue on drift", () => {
  /** `open` is the number of the issue that there is. */
  const issue = (variables: { STATE: string; TEXT?: string }, open = ""): ReturnType<typeof ran> =>
    ran("issue", "gh", `[ "$2" != list ] || printf '%s' "${open}"`, {
      TEXT: "",
      RUN: "https://run",
      ...variables,
    });
  const list = "issue list --label";

  it("is opened, then updated, and holds what would change", async () => {
    const { calls, body } = await issue({ STATE: "drift", TEXT: "~ Secret `x` $(exit 3)" });
    assert.deepEqual(calls, [list, "label create drift", "issue create --label"]);
    assert.match(body, /\n~~~\n~ Secret `x` \$\(exit 3\)\n~~~\n$/);
    assert.deepEqual((await issue({ STATE: "drift", TEXT: "~" }, "7")).calls, [list, "issue edit 7"]);
  });

  it("says so where GitHub withheld the text", async () => {
    const { body } = await issue({ STATE: "drift" }, "7");
    assert.match(body, /held a secret, and is not shown: see the run/);
  });

  it("is closed once all is as declared, where there is one", async () => {
    assert.deepEqual((await issue({ STATE: "clean" }, "7")).calls, [list, "issue close 7"]);
    assert.deepEqual((await issue({ STATE: "clean" })).calls, [list]);
  });
});
