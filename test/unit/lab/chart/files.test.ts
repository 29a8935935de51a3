import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { operatorValues } from "../../../../components/operator/operator-values.ts";
import { chartFiles, repositoryIndex } from "../../../../lab/chart/files.ts";
import { defaultValues } from "../../../../lab/chart/values.ts";
import { versions } from "../../../../components/versions.ts";

/** One object of each kind that the operator's release manifest has, as short as they come. */
const manifest = `
apiVersion: v1
kind: Namespace
metadata: {name: cnpg-system}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: clusters.postgresql.cnpg.io, annotations: {made-by: generator}}
spec: {description: "a name such as {{ .name }}"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cnpg-manager, namespace: cnpg-system}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cnpg-database-viewer-role}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cnpg-manager}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: v1
kind: Service
metadata: {name: cnpg-webhook-service, namespace: cnpg-system}
spec: {ports: [{port: 443}], selector: {app.kubernetes.io/name: cloudnative-pg}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cnpg-controller-manager, namespace: cnpg-system}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: cloudnative-pg}}
  template:
    metadata: {labels: {app.kubernetes.io/name: cloudnative-pg}}
    spec:
      serviceAccountName: cnpg-manager
      containers:
      - name: manager
        image: ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0
        args: [controller, --leader-elect, --max-concurrent-reconciles=10, --config-map-name=x]
        env: [{name: OPERATOR_IMAGE_NAME, value: ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0}, {name: OTHER, value: kept}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: cnpg-validating-webhook-configuration}
webhooks: [{name: v, clientConfig: {service: {name: cnpg-webhook-service, namespace: cnpg-system, path: /v}}}]
`;
const files = chartFiles(manifest);
const text = (path: string): string => files[path] ?? assert.fail(`no ${path}`);

describe("chart made from a release manifest", () => {
  it("keeps the CRDs, and every database with them, when the release goes", () => {
    const crds = text("templates/crds.yaml");
    assert.match(crds, /^{{- if \.Values\.crds\.create }}/);
    assert.match(crds, /helm\.sh\/resource-policy: keep/);
    assert.match(crds, /made-by: generator/);
  });

  it("shows Helm no template where the manifest only speaks of one", () => {
    assert.ok(text("templates/crds.yaml").includes('a name such as {{ "{{" }} .name }}'));
  });

  it("names objects after the release, except those that the operator looks up", () => {
    const operator = text("templates/operator.yaml");
    assert.ok(!operator.includes("cnpg-manager"));
    assert.ok(!operator.includes("namespace: cnpg-system"));
    assert.ok(operator.includes("name: {{ include `cloudnative-pg.fullname` . }}"));
    assert.ok(operator.includes("name: cnpg-webhook-service"));
    assert.ok(operator.includes("name: cnpg-validating-webhook-configuration"));
  });

  it("takes image, resources, replicas and the namespaces to watch from the values, and no more of the container", () => {
    const operator = text("templates/operator.yaml");
    assert.ok(!operator.includes("ghcr.io"));
    for (const value of [
      ".Values.image.pullPolicy",
      ".Values.resources",
      ".Values.replicaCount",
      "clusterWide",
    ]) {
      assert.ok(operator.includes(value), value);
    }
    assert.match(operator, /name: OTHER\n\s+value: kept/);
  });

  it("leaves out the roles for people, and the namespace, which is the release's", () => {
    const operator = text("templates/operator.yaml");
    assert.ok(!operator.includes("viewer-role"));
    assert.ok(!operator.includes("kind: Namespace"));
  });

  it("refuses a manifest with a kind that it would have to guess about", () => {
    const unknown = `${manifest}---\napiVersion: v1\nkind: Secret\nmetadata: {name: new}\n`;
    assert.throws(() => chartFiles(unknown), /has a Secret, which is new/);
  });

  it("has templates that are YAML once Helm has filled them", () => {
    for (const [path, content] of Object.entries(files).filter(([name]) => name.endsWith(".yaml"))) {
      const filled = content.replaceAll(/^{{-? .*}}$/gm, "").replaceAll(/{{.+?}}(?! }})/g, "filled");
      for (const document of parseAllDocuments(filled)) assert.deepEqual(document.errors, [], path);
    }
  });
});

describe("values of the chart", () => {
  const schema: unknown = JSON.parse(text("values.schema.json"));
  assert.ok(typeof schema === "object" && schema !== null);
  const fits = new Ajv({ strict: false }).compile(schema);

  it("take what the components pass", () => {
    assert.ok(fits(operatorValues()), JSON.stringify(fits.errors));
    assert.ok(fits(operatorValues({ image: { repository: "localhost/cloudnative-pg", tag: "1.30.0" } })));
    assert.ok(fits({}));
  });

  it("default to what the official chart does", () => {
    assert.deepEqual(parse(text("values.yaml")), defaultValues);
    assert.equal(defaultValues.image.repository, "ghcr.io/cloudnative-pg/cloudnative-pg");
    assert.equal(defaultValues.monitoring.podMonitorEnabled, false);
  });

  it("refuse what the chart would ignore", () => {
    assert.equal(fits({ nodeSelector: {} }), false);
    assert.equal(fits({ monitoring: { podMonitorEnable: true } }), false);
  });
});

describe("index of the repository", () => {
  it("has the chart with its checksum", () => {
    const entry = z.object({ version: z.string(), urls: z.array(z.string()), digest: z.string() });
    const index = z
      .object({ entries: z.object({ "cloudnative-pg": z.tuple([entry]) }) })
      .parse(parse(repositoryIndex("chart.tgz", "abc")));
    assert.deepEqual(index.entries["cloudnative-pg"][0], {
      version: versions.operatorChart,
      urls: ["chart.tgz"],
      digest: "abc",
    });
  });
});
