/**
 * Writes components/backup-plugin/generated/manifest.json from the manifest that ships in the plugin's Go module: every object
 * that the component makes, under the name that the component calls it by.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";
import { z } from "zod";

import { barmanCloudModule, pinnedModuleDir } from "../lab/build/go-module.ts";

const objectSchema = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
type KubernetesObject = z.infer<typeof objectSchema>;

const names = new Map([
  ["CustomResourceDefinition objectstores.barmancloud.cnpg.io", "crd"],
  ["ServiceAccount plugin-barman-cloud", "serviceAccount"],
  ["Role barman-plugin-leader-election-role", "leaderElectionRole"],
  ["RoleBinding barman-plugin-leader-election-rolebinding", "leaderElectionRoleBinding"],
  ["ClusterRole plugin-barman-cloud", "clusterRole"],
  ["ClusterRoleBinding plugin-barman-cloud-binding", "clusterRoleBinding"],
  ["ClusterRole barman-plugin-objectstore-editor-role", "objectStoreEditorRole"],
  ["ClusterRole barman-plugin-objectstore-viewer-role", "objectStoreViewerRole"],
  ["Deployment barman-cloud", "deployment"],
  ["Service barman-cloud", "service"],
  ["Issuer selfsigned-issuer", "issuer"],
  ["Certificate barman-cloud-server", "serverCertificate"],
  ["Certificate barman-cloud-client", "clientCertificate"],
]);

const unused = new Set([
  // Only the name of the sidecar's image, which the component gives the Deployment itself.
  "Secret plugin-barman-cloud-8tfddg42gf",
  // For an endpoint that the manifest's own Deployment does not open: --metrics-bind-address is 0.
  "ClusterRole barman-plugin-metrics-auth-role",
  "ClusterRole barman-plugin-metrics-reader",
  "ClusterRoleBinding barman-plugin-metrics-auth-rolebinding",
]);

/** The generated file. A release with other objects than these ends in an error: a person has to look at them. */
export async function generatePluginManifest(): Promise<string> {
  const text = readFileSync(join(await pinnedModuleDir(barmanCloudModule), "manifest.yaml"), "utf8");
  const objects = parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS()));
  const identities = objects.map(identityOf);
  const missing = [...names.keys(), ...unused].filter((identity) => !identities.includes(identity));
  const unknown = identities.filter((identity) => !names.has(identity) && !unused.has(identity));
  if (missing.length + unknown.length > 0) {
    throw new Error(`the manifest has changed; missing: ${missing.join(", ")}; new: ${unknown.join(", ")}`);
  }
  const named = objects.flatMap((object) => {
    const name = names.get(identityOf(object));
    return name === undefined ? [] : [[name, object] as const];
  });
  return `${JSON.stringify(Object.fromEntries(named), withoutPlace, 2)}\n`;
}

/** Without the namespace, which the component fills in, and without the claim that kustomize manages the object. */
function withoutPlace(key: string, value: unknown): unknown {
  return (key === "namespace" && value === "cnpg-system") || key === "app.kubernetes.io/managed-by"
    ? undefined
    : value;
}

const identityOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

export const manifestFile = join(import.meta.dirname, "../components/backup-plugin/generated/manifest.json");

if (import.meta.main) writeFileSync(manifestFile, await generatePluginManifest());
