import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { changesSidecar } from "../../../../../components/postgres/preflight/sidecar-change.ts";
import { hookArgs } from "../../../hook-args.ts";

const store = (instanceSidecarConfiguration: object, more: object = {}) =>
  hookArgs({ spec: { configuration: {}, instanceSidecarConfiguration, ...more } });
const before = { env: [{ name: "X", value: "1" }], resources: { requests: { memory: "192Mi" } } };

describe("a change of an ObjectStore", () => {
  it("restarts the instances for what the plugin reads when it makes a pod, and for nothing else", async () => {
    const others = [
      { env: [{ name: "X", value: "2" }] },
      { resources: { requests: { memory: "256Mi" } } },
      { logLevel: "debug" },
      { additionalContainerArgs: ["--x"] },
    ];
    for (const other of others) {
      assert.equal(await changesSidecar(store({ ...before, ...other }), store(before)), true);
    }
    const sameForPods = store({ ...before, retentionPolicyIntervalSeconds: 60 }, { retentionPolicy: "7d" });
    assert.equal(await changesSidecar(sameForPods, store(before)), false);
    assert.equal(await changesSidecar(hookArgs({}), hookArgs({ spec: {} })), false);
  });
});
