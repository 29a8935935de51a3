import { distance } from "fastest-levenshtein";

import { chartValueNames } from "../components/internal.ts";
import { versions } from "../components/versions.ts";
import { databaseExamples } from "./database-examples.ts";
import { type KeyPath, keyName, keyWord } from "./paths.ts";

export { type KeyPath, keyName } from "./paths.ts";

/**
 * The shell word, or the redirection, that sets each key: every error ends with a command that can be pasted.
 * Keys of lists carry `[]` in place of the index.
 */
const examples: Record<string, string> = {
  endpoint: "http://10.0.0.10:7480",
  region: "local",
  bucket: "cnpg-backups",
  path: "/homelab-cluster",
  caBundle: "< ca.pem",
  manageBucket: "true",
  protectBucket: "true",
  "cephHost.address": "10.0.0.10",
  "cephHost.port": "22",
  "cephHost.user": "ceph-admin",
  "cephHost.hostKey": hostKeyScan("10.0.0.10", 22),
  cephHostPrivateKey: "< ~/.ssh/ceph-admin",
  radosgwAdmin: "'sudo radosgw-admin'",
  "rgwUser.uid": "cnpg-backup",
  "rgwUser.displayName": "'CNPG Backup User'",
  "rgwUser.maxBuckets": "10",
  "rgwUser.existingKeys": "revoke",
  "rgwUser.keyRotation": "2026-12",
  "rgwUser.takeOverFrom": "organization/cnpg-rgw/homelab",
  "rgwUser.quota.maxSizeBytes": "1099511627776",
  "rgwUser.quota.maxObjects": "1000000",
  "singleDiskCeph.enabled": "true",
  "singleDiskCeph.ceph": "'sudo ceph'",
  // without a value the command asks for it, unseen
  accessKeyId: "",
  secretAccessKey: "",
  "namespaces[]": "sample",
  "namespaces[].name": "sample",
  "namespaces[].create": "true",
  "operator.enabled": "true",
  "operator.namespace": "cnpg-system",
  "operator.adopt.release": "cnpg",
  "operator.chartVersion": versions.operatorChart,
  "operator.chart": "cloudnative-pg",
  "operator.repository": "https://cloudnative-pg.github.io/charts",
  "operator.values.monitoring.podMonitorEnabled": "false",
  "barmanPlugin.enabled": "true",
  "barmanPlugin.image": `registry.example.org/plugin-barman-cloud:v${versions.barmanPlugin}`,
  "barmanPlugin.sidecarImage": `registry.example.org/plugin-barman-cloud-sidecar:v${versions.barmanPlugin}`,
  "barmanPlugin.certManager.enabled": "false",
  ...databaseExamples,
  "drills.enabled": "false",
  "drills.namespace": "cnpg-drill",
  "drills.image": "registry.example.org/plugin-barman-cloud-sidecar:v0.14.0",
  "drills.quota.storage": "100Gi",
  "drills.quota.pods": "10",
  drillAccessKeyId: "",
  drillSecretAccessKey: "",
  drillHeartbeatUrl: "",
};

/** The command substitution that gives a host's SSH key in the form that the config wants. */
export function hostKeyScan(address: string, port: number): string {
  const options = port === 22 ? "-t ed25519" : `-t ed25519 -p ${port}`;
  return `"$(ssh-keyscan ${options} ${address} | cut -d' ' -f2-)"`;
}

/** Keys that are refused unless they are encrypted, and never shown. */
export const secretConfigKeys = [
  "cephHostPrivateKey",
  "accessKeyId",
  "secretAccessKey",
  "drillAccessKeyId",
  "drillSecretAccessKey",
  "drillHeartbeatUrl",
];

/** What a key may be set to, as a word of a shell. */
export const exampleOf = (path: KeyPath): string | undefined => examples[pattern(path)];

/** The command that gives a key a value; for an object or a list, the one that sets its first part. */
export function setCommand(path: KeyPath, value?: string): string {
  const target = examples[pattern(path)] === undefined ? firstPart(path) : path;
  return pulumiConfig("set", target, value ?? examples[pattern(target)] ?? "VALUE");
}

export function removeCommand(path: KeyPath): string {
  return pulumiConfig("rm", path);
}

/** The valid key that a wrong one was most likely meant to be: a name like it, or the same name in another place. */
export function nearestKey(path: KeyPath): string | undefined {
  const parent = path.slice(0, -1);
  const typed = String(path.at(-1)).slice(0, 40).toLowerCase();
  const ranked = partsOf(parent)
    .map((key) => ({ key, edits: distance(typed, key.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  if (best && best.edits <= Math.max(2, typed.length / 3)) return keyName([...parent, best.key]);
  const elsewhere = Object.keys(examples).find((key) => key.toLowerCase().endsWith(`.${typed}`));
  return elsewhere === undefined ? undefined : `cnpg-rgw:${elsewhere.replaceAll("[]", "[0]")}`;
}

/** The names that may follow a path, in the order of the table. */
export function partsOf(path: KeyPath): string[] {
  const prefix = path.length === 0 ? "" : `${pattern(path)}.`;
  const inside = Object.keys(examples).filter((key) => key.startsWith(prefix));
  const names = inside.map((key) => key.slice(prefix.length).split(/[.[]/, 1)[0] ?? "");
  const isValue = path[0] === "operator" && path[1] === "values";
  return [...new Set([...names, ...(isValue ? chartValueNames(path.slice(2).map(String)) : [])])];
}

/** In place of a command, where none can name the key. */
export const byHand = "edit the key in the stack's config file, Pulumi.<stack>.yaml";

function pulumiConfig(verb: "set" | "rm", path: KeyPath, ...value: string[]): string {
  const key = keyWord(path);
  if (key === undefined) return byHand;
  const secret = verb === "set" && secretConfigKeys.includes(String(path[0]));
  const flags = [...(secret ? ["--secret"] : []), ...(path.length > 1 ? ["--path"] : [])];
  return ["pulumi config", verb, ...flags, key, ...value].join(" ").trimEnd();
}

function pattern(path: KeyPath): string {
  return path
    .map((part, i) => (typeof part === "number" ? "[]" : `${i > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function firstPart(path: KeyPath): KeyPath {
  const entry = `${pattern(path)}[]`;
  if (Object.keys(examples).some((key) => key.startsWith(entry))) {
    return examples[entry] === undefined ? firstPart([...path, 0]) : [...path, 0];
  }
  const [name] = partsOf(path);
  if (name === undefined) return path;
  const part = [...path, name];
  return examples[pattern(part)] === undefined ? firstPart(part) : part;
}
