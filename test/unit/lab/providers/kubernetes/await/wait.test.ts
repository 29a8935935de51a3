import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { done, waitingFor, waitUntil } from "../../../../../../lab/providers/kubernetes/await/wait.ts";

const base = { signal: new AbortController().signal };

describe("waiting", () => {
  it("ends as soon as it is done, and reports what changes on the way", async () => {
    const looks = [waitingFor("a"), waitingFor("a"), waitingFor("b"), done];
    const reports: string[] = [];
    const report = (text: string) => void reports.push(text);
    await waitUntil(async () => Promise.resolve(looks.shift() ?? done), {
      ...base,
      timeoutSeconds: 5,
      report,
    });
    assert.deepEqual(reports, ["a", "b"]);
  });

  it("ends at the deadline, and says what it waited for", async () => {
    const never = async () => Promise.resolve(waitingFor("condition Ready"));
    await assert.rejects(waitUntil(never, { ...base, timeoutSeconds: 0.2 }), {
      message: "timed out waiting for the condition",
      missing: "condition Ready",
      isCancelled: false,
    });
  });

  it("ends at once when cancelled, even when the look itself is cut off", async () => {
    const controller = new AbortController();
    const look = async () => {
      controller.abort();
      return Promise.reject(new Error("aborted"));
    };
    await assert.rejects(waitUntil(look, { ...base, signal: controller.signal, timeoutSeconds: 60 }), {
      message: "context canceled",
      isCancelled: true,
    });
  });
});
