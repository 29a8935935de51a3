import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { meaningOf } from "../../../../../../lab/providers/kubernetes/objects/kinds.ts";

describe("type tokens", () => {
  it("name built-in kinds and custom resources", () => {
    assert.deepEqual(meaningOf("kubernetes:core/v1:Secret"), {
      object: { apiVersion: "v1", kind: "Secret" },
    });
    assert.deepEqual(meaningOf("kubernetes:postgresql.cnpg.io/v1:Cluster"), {
      object: { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster" },
    });
    assert.deepEqual(meaningOf("kubernetes:example.org/v1:AllowList"), {
      object: { apiVersion: "example.org/v1", kind: "AllowList" },
    });
  });

  it("that this provider cannot do are refused with a reason, or unknown", () => {
    assert.match(JSON.stringify(meaningOf("kubernetes:core/v1:SecretPatch")), /no Patch resources/);
    assert.match(JSON.stringify(meaningOf("kubernetes:apps/v1:DeploymentList")), /list cannot be created/);
    assert.equal(meaningOf("kubernetes:helm.sh/v4:Chart"), undefined);
    assert.equal(meaningOf("kubernetes:yaml/v2:ConfigFile"), undefined);
    assert.equal(meaningOf("kubernetes:yaml:ConfigFile"), undefined);
  });
});
