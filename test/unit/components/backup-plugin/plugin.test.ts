import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { setTimeout as sleep } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  BarmanCloudPlugin,
  type BarmanCloudPluginArgs,
} from "../../../../components/backup-plugin/plugin.ts";
import { ownerLabelOf } from "../../../../components/kubernetes/owner.ts";
import { tlsSecrets } from "../../../../components/backup-plugin/renewal.ts";
import { family, find, valueOf, recordedResources } from "../../mocks.ts";
import { versions } from "../../../../components/versions.ts";

const unasked = { preflight: { enabled: false } };

const declared = recordedResources();

async function plugin(name: string, args: BarmanCloudPluginArgs = {}): Promise<string> {
  return valueOf(new BarmanCloudPlugin(name, { ...unasked, ...args }).namespace);
}

const deploymentSchema = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.tuple([z.record(z.string(), z.unknown())]),
        volumes: z.array(z.unknown()),
      }),
    }),
  }),
});

function podOf(name: string) {
  const { spec } = deploymentSchema.parse(find(declared, `${name}-deployment`).inputs).spec.template;
  return { ...spec, container: spec.containers[0] };
}

const subjectsSchema = z.object({ subjects: z.array(z.object({ namespace: z.string() })) });
const metadataSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});
const metadataOf = (name: string) => metadataSchema.parse(find(declared, name).inputs).metadata;

describe("BarmanCloudPlugin", () => {
  it("is the plugin of the pinned release, with certificates of its own", async () => {
    assert.equal(await plugin("plain"), "cnpg-system");
    assert.deepEqual(family(declared, "plain").toSorted(), [
      "cnpg-rgw:cnpg:BarmanCloudPlugin plain",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition plain-crd",
      "kubernetes:apps/v1:Deployment plain-deployment",
      "kubernetes:core/v1:Secret plain-client-tls",
      "kubernetes:core/v1:Secret plain-server-tls",
      "kubernetes:core/v1:Service plain-service",
      "kubernetes:core/v1:ServiceAccount plain-service-account",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole plain-cluster-role",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole plain-object-store-editor-role",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole plain-object-store-viewer-role",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding plain-cluster-role-binding",
      "kubernetes:rbac.authorization.k8s.io/v1:Role plain-leader-election-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding plain-leader-election-role-binding",
      "random:index/randomPassword:RandomPassword plain-certificate-seed",
    ]);
    const { container } = podOf("plain");
    assert.equal(container.image, `ghcr.io/cloudnative-pg/plugin-barman-cloud:v${versions.barmanPlugin}`);
    assert.deepEqual(container.env, [
      {
        name: "SIDECAR_IMAGE",
        value: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v${versions.barmanPlugin}`,
      },
    ]);
    assert.equal(container.imagePullPolicy, "IfNotPresent");
    assert.deepEqual(container.resources, { requests: { cpu: "50m", memory: "100Mi" } });
    assert.ok(Array.isArray(container.args) && container.args.includes("--log-level=info"));
  });

  it("puts certificates derived from a secret seed where operator and plugin look for them", async () => {
    await plugin("tls", { certificates: { validityDays: 90 } });
    const expected = tlsSecrets("made-by-tls-certificate-seed", 90, new Date());
    for (const side of ["server", "client"] as const) {
      const secret = find(declared, `tls-${side}-tls`);
      assert.equal(secret.inputs.type, "kubernetes.io/tls");
      assert.deepEqual(secret.inputs.stringData, expected[side]);
      assert.deepEqual(secret.secrets, ["stringData"]);
      assert.equal(metadataOf(secret.name).name, `barman-cloud-${side}`);
    }
    assert.deepEqual(metadataOf("tls-service").annotations, {
      "cnpg.io/pluginClientSecret": "barman-cloud-client",
      "cnpg.io/pluginPort": "9090",
      "cnpg.io/pluginServerSecret": "barman-cloud-server",
    });
    assert.deepEqual(podOf("tls").volumes, [
      { name: "server", secret: { secretName: "barman-cloud-server" } },
      { name: "client", secret: { secretName: "barman-cloud-client" } },
    ]);
  });

  it("leaves certificates to cert-manager where asked", async () => {
    await plugin("managed", { certManager: { enabled: true } });
    const made = family(declared, "managed");
    assert.ok(made.every((resource) => !/Secret|Random/.test(resource)));
    assert.ok(made.includes("kubernetes:cert-manager.io/v1:Issuer managed-issuer"));
    assert.ok(made.includes("kubernetes:cert-manager.io/v1:Certificate managed-server-certificate"));
    assert.ok(made.includes("kubernetes:cert-manager.io/v1:Certificate managed-client-certificate"));
    assert.equal(metadataOf("managed-server-certificate").namespace, "cnpg-system");
    assert.equal(
      metadataOf("managed-service").annotations?.["cnpg.io/pluginServerSecret"],
      "barman-cloud-server-tls",
    );
  });

  it("is all in the operator's namespace", async () => {
    assert.equal(await plugin("moved", { namespace: pulumi.output("databases") }), "databases");
    for (const part of ["service-account", "deployment", "service", "server-tls", "leader-election-role"]) {
      assert.equal(metadataOf(`moved-${part}`).namespace, "databases");
    }
    for (const binding of ["cluster-role-binding", "leader-election-role-binding"]) {
      const { subjects } = subjectsSchema.parse(find(declared, `moved-${binding}`).inputs);
      assert.deepEqual(
        subjects.map(({ namespace }) => namespace),
        ["databases"],
      );
    }
  });

  it("takes images, their pull policy and resources", async () => {
    await plugin("mirror", {
      image: "registry.lan:5000/plugin-barman-cloud:0.14.0",
      sidecarImage: "registry.lan:5000/plugin-barman-cloud-sidecar:0.14.0",
      imagePullPolicy: "Always",
      resources: { limits: { memory: "1Gi" } },
    });
    const { container } = podOf("mirror");
    assert.equal(container.image, "registry.lan:5000/plugin-barman-cloud:0.14.0");
    assert.deepEqual(container.env, [
      { name: "SIDECAR_IMAGE", value: "registry.lan:5000/plugin-barman-cloud-sidecar:0.14.0" },
    ]);
    assert.equal(container.imagePullPolicy, "Always");
    assert.deepEqual(container.resources, { limits: { memory: "1Gi" } });
  });

  it("leaves the CRD, and with it every ObjectStore, to the next install, which takes it over", async () => {
    const kept: string[] = [];
    const record = ({ name, opts }: pulumi.ResourceTransformationArgs) => {
      if (opts.retainOnDelete) kept.push(name);
      return undefined;
    };
    await valueOf(new BarmanCloudPlugin("kept", unasked, { transformations: [record] }).namespace);
    assert.deepEqual(kept, ["kept-crd"]);
    const { name, annotations } = metadataOf("kept-crd");
    assert.equal(name, "objectstores.barmancloud.cnpg.io");
    assert.equal(annotations?.["pulumi.com/patchForce"], "true");
  });

  it("takes back what people edit by hand, instead of ending with a conflict", async () => {
    await plugin("edited");
    for (const name of ["edited-deployment", "edited-server-tls", "edited-client-tls", "edited-crd"]) {
      assert.equal(metadataOf(name).annotations?.["pulumi.com/patchForce"], "true", name);
    }
  });

  it("labels what it makes first and last, so that another stack knows it for a plugin of others", async () => {
    const labelled = new BarmanCloudPlugin("labelled", unasked);
    await valueOf(labelled.namespace);
    const owner = await ownerLabelOf(labelled);
    for (const [part, own] of [
      ["service-account", "app.kubernetes.io/name"],
      ["service", "cnpg.io/pluginName"],
    ] as const) {
      const { labels } = metadataOf(`labelled-${part}`);
      assert.equal(labels?.["cnpg-rgw/component"], owner);
      assert.ok(labels[own]);
    }
  });

  it("touches nothing of the cluster before it is clear that there is no plugin of others", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const from = declared.length;
    const held = new BarmanCloudPlugin("held", { ...unasked, namespace: promise });
    const touched = () => declared.slice(from).filter(({ type }) => type.startsWith("kubernetes:"));
    await valueOf(held.urn);
    await sleep(200);
    assert.deepEqual(touched(), []);
    // The question is put before this one is made.
    resolve("cnpg-system");
    await valueOf(held.namespace);
    assert.equal(touched()[0]?.name, "held-service-account");
  });

  it("refuses bad arguments", () => {
    const bad: [argument: RegExp, args: BarmanCloudPluginArgs][] = [
      [/^namespace must be/, { namespace: "CNPG" }],
      [/^image must be the name of an image/, { image: "https://registry.lan/plugin:1" }],
      [/^sidecarImage must be the name of an image/, { sidecarImage: "" }],
      [/^imagePullPolicy must be one of Always, IfNotPresent, Never/, { imagePullPolicy: "Sometimes" }],
      [/^certificates.validityDays must be a whole number/, { certificates: { validityDays: 7 } }],
    ];
    for (const [message, args] of bad) {
      assert.throws(
        () => new BarmanCloudPlugin("bad", { ...unasked, ...args }),
        (error) => pulumi.ResourceError.isInstance(error) && message.test(error.message),
      );
    }
  });
});
