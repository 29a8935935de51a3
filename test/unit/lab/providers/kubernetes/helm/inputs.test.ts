import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkRelease, parseRelease } from "../../../../../../lab/providers/kubernetes/helm/inputs.ts";
import { UNKNOWN } from "../../../../../../lab/providers/sdk/provider.ts";

describe("a release's inputs", () => {
  it("pass with what the SDK adds, and with values that are not known yet", () => {
    assert.deepEqual(checkRelease({ chart: "c", compat: "true", values: UNKNOWN, namespace: UNKNOWN }), []);
  });

  it("name each input that this provider does not know", () => {
    const failures = checkRelease({ chart: "c", valueYamlFiles: [], repositoryOpts: { password: "x" } });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "repositoryOpts.password",
      "valueYamlFiles",
    ]);
    assert.ok(!JSON.stringify(failures).includes('"x"'));
  });

  it("need a name and a namespace to be installed", () => {
    assert.throws(() => parseRelease({ chart: "c" }));
    assert.equal(parseRelease({ chart: "c", name: "r", namespace: "n", status: {} }).name, "r");
  });
});
