import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { drillName } from "../../../../components/restore-drill/names.ts";

describe("name of a drill", () => {
  it("is the namespace and the cluster", () => {
    assert.equal(drillName("shop", "orders"), "shop-orders");
  });

  it("starts with a letter, as a Service has to", () => {
    assert.equal(drillName("3scale", "system"), "ns-3scale-system");
  });

  it("is cut to 40 characters, with a hash of the whole name", () => {
    const name = drillName("a-namespace-with-a-long-name", "a-cluster-with-a-long-name");
    assert.match(name, /^a-namespace-with-a-long-name-a-[0-9a-f]{8}$/);
    assert.ok(name.length <= 40, name);
    assert.notEqual(name, drillName("a-namespace-with-a-long-name-a", "cluster-with-a-long-name"));
  });

  it("has no two dashes before the hash", () => {
    assert.doesNotMatch(drillName("x".repeat(30), "y".repeat(30)), /--/);
  });
});
