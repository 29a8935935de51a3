import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { until } from "../../../lab/wait.ts";

describe("until", () => {
  it("returns when the probe says so, and reports what it waits for meanwhile", async () => {
    const reported: string[] = [];
    let calls = 0;
    await until(
      { what: "RGW", timeoutMs: 1_000, intervalMs: 1, report: (status) => reported.push(status) },
      () => Promise.resolve(++calls === 3 || "not yet"),
    );
    assert.deepEqual(reported, ["waiting for RGW", "waiting for RGW"]);
  });

  it("ends at its deadline with the last reason, an exception's included", async () => {
    const probe = (): Promise<true> => Promise.reject(new Error("connection refused"));
    await assert.rejects(
      until({ what: "RGW", timeoutMs: 20, intervalMs: 5 }, probe),
      /^LabError: waited 0\.02 s for RGW; last seen: connection refused$/,
    );
  });
});
