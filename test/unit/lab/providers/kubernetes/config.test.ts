import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkConfig, parseConfig } from "../../../../../lab/providers/kubernetes/config.ts";

describe("the provider's options", () => {
  it("are text, as Pulumi passes them", () => {
    const settings = parseConfig(
      { enableSecretMutable: "true", helmReleaseSettings: '{"driver":"configmap"}' },
      {},
    );
    assert.equal(settings.enableSecretMutable, true);
    assert.equal(settings.enableConfigMapMutable, false);
    assert.equal(settings.helm.driver, "configmap");
  });

  it("come from the environment where the program says nothing", () => {
    const environment = { PULUMI_K8S_ENABLE_SECRET_MUTABLE: "true" };
    assert.equal(parseConfig({}, environment).enableSecretMutable, true);
    assert.equal(parseConfig({ enableSecretMutable: "false" }, environment).enableSecretMutable, false);
  });

  it("that this provider does not have are named", () => {
    assert.deepEqual(checkConfig({ version: "4.32.0", enableSecretMutable: "true" }), []);
    assert.match(JSON.stringify(checkConfig({ renderYamlToDirectory: "out" })), /renderYamlToDirectory/);
    assert.match(JSON.stringify(checkConfig({ enableServerSideApply: "false" })), /server-side apply only/);
  });
});
