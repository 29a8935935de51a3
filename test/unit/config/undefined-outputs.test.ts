import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "mocha";

import * as pulumi from "@pulumi/pulumi";

import { keepQuietAboutUndefinedOutputs } from "../../../config/undefined-outputs.ts";
import { mockMethod } from "../../support/after-test.ts";

describe("keepQuietAboutUndefinedOutputs", () => {
  it("takes the SDK's warning of an undefined output away, and no other", async () => {
    const said: string[] = [];
    mockMethod(pulumi.log, "warn", (message: string) => {
      said.push(message);
      return Promise.resolve();
    });
    keepQuietAboutUndefinedOutputs();
    await pulumi.log.warn("Undefined value (caBundle) will not show as a stack output.");
    await pulumi.log.warn("its WAL is not archived");
    assert.deepEqual(said, ["its WAL is not archived"]);
  });

  it("reaches the log that the SDK itself writes to", () => {
    assert.equal(createRequire(import.meta.url)("@pulumi/pulumi/log/index.js"), pulumi.log);
  });
});
