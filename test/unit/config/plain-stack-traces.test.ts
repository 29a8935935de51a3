import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { keepStackTracesPlain } from "../../../config/plain-stack-traces.ts";

describe("keepStackTracesPlain", () => {
  it("takes out what would work on each stack, and leaves the lines of the TypeScript", () => {
    let calls = 0;
    Error.prepareStackTrace = (error) => {
      calls += 1;
      return String(error);
    };
    keepStackTracesPlain();
    const { stack } = new Error("here");
    assert.equal(calls, 0);
    assert.match(stack ?? "", /^Error: here\n\s+at .*plain-stack-traces\.test\.ts:14:\d+/);
  });
});
