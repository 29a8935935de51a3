import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { LabError } from "../../../lab/errors.ts";
import { failureText } from "../../../lab/failure.ts";
import { StepFailed } from "../../../lab/progress.ts";

describe("the text of a failure", () => {
  it("says the part, the end of its log, where the whole log is, and what to try", () => {
    const folder = mkdtempSync(join(tmpdir(), "failure-"));
    const logFile = join(folder, "etcd.log");
    writeFileSync(logFile, Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n"));
    const failed = new StepFailed(
      "Kubernetes on k8s",
      new LabError("etcd has ended", { logFile, hint: "look there" }),
    );
    const text = failureText(failed);
    rmSync(folder, { recursive: true });
    assert.match(text, /^lab: Kubernetes on k8s: etcd has ended\n {2}\| line 25\n/);
    assert.match(text, new RegExp(`line 39\\nThe whole log: ${logFile}\\nWhat to try: look there\\n$`));
  });

  it("always says something to try, and shows no stack for a failure that was foreseen", () => {
    const text = failureText(new LabError("the disk is full"));
    assert.match(text, /^lab: the disk is full\nWhat to try: .+\n$/);
  });

  it("shows the stack of one that was not", () => {
    assert.match(failureText(new TypeError("x is not a function")), /TypeError: x is not a function\n\s+at /);
  });
});
