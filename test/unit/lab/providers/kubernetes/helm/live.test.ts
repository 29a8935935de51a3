import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { objectsIn, resourceNames } from "../../../../../../lab/providers/kubernetes/helm/live.ts";

const manifest = `---
# Source: chart/templates/empty.yaml
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b, namespace: n}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
`;

describe("a release's manifest", () => {
  it("gives the names of its objects by kind, as the official plugin writes them", () => {
    assert.deepEqual(resourceNames(objectsIn(manifest)), {
      "ConfigMap/v1": ["a", "n/b"],
      "Deployment.apps/apps/v1": ["d"],
    });
  });
});
