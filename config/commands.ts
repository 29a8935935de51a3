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
  "operator.chartVersion": "0.29.0",
  "operator.chart": "cloudnative-pg",
  "operator.repository": "https://cloudnative-pg.github.io/charts",
  "operator.values.monitoring.podMonitorEnabled": "false",
};

/** The command substitution that gives a host's SSH key in the form that the config wants. */
export function hostKeyScan(address: string, port: number): string {
  const options = port === 22 ? "-t ed25519" : `-t ed25519 -p ${port}`;
  return `"$(ssh-keyscan ${options} ${address} | cut -d' ' -f2-)"`;
}

/** Keys that are refused unless they are encrypted, and never shown. */
export const secretKeys = ["cephHostPrivateKey", "accessKeyId", "secretAccessKey"];

export type KeyPath = readonly PropertyKey[];

/** `["namespaces", 0, "name"]` as users write it: `cnpg-rgw:namespaces[0].name`. */
export function keyName(path: KeyPath): string {
  const [first, ...rest] = path;
  const inner = rest.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
  return `cnpg-rgw:${String(first)}${inner.join("")}`;
}

/** The command that gives a key a value; for an object or a list, the one that sets its first part. */
export function setCommand(path: KeyPath, value?: string): string {
  const target = examples[pattern(path)] === undefined ? firstPart(path) : path;
  return pulumiConfig("set", target, value ?? examples[pattern(target)] ?? "VALUE");
}

export function removeCommand(path: KeyPath): string {
  return pulumiConfig("rm", path);
}

/** The valid key nearest to a mistyped one, if one is near enough to be meant. */
export function nearestKey(path: KeyPath): string | undefined {
  const parent = path.slice(0, -1);
  const typed = String(path.at(-1)).toLowerCase();
  const ranked = partsOf(parent)
    .map((key) => ({ key, distance: editDistance(typed, key.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, typed.length / 3) ? keyName([...parent, best.key]) : undefined;
}

/** The names that may follow a path, in the order of the table. */
export function partsOf(path: KeyPath): string[] {
  const prefix = path.length === 0 ? "" : `${pattern(path)}.`;
  const inside = Object.keys(examples).filter((key) => key.startsWith(prefix));
  const names = inside.map((key) => key.slice(prefix.length).split(/[.[]/, 1)[0] ?? "");
  return [...new Set(names)];
}

function pulumiConfig(verb: "set" | "rm", path: KeyPath, ...value: string[]): string {
  const nested = path.length > 1;
  const secret = verb === "set" && secretKeys.includes(String(path[0]));
  const flags = [...(secret ? ["--secret"] : []), ...(nested ? ["--path"] : [])];
  return ["pulumi config", verb, ...flags, nested ? `'${keyName(path)}'` : keyName(path), ...value]
    .join(" ")
    .trimEnd();
}

function pattern(path: KeyPath): string {
  return path
    .map((part, i) => (typeof part === "number" ? "[]" : `${i > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function firstPart(path: KeyPath): KeyPath {
  if (examples[`${pattern(path)}[]`] !== undefined) return [...path, 0];
  const [name] = partsOf(path);
  if (name === undefined) return path;
  const part = [...path, name];
  return examples[pattern(part)] === undefined ? firstPart(part) : part;
}

/** Levenshtein distance: insertions, deletions and substitutions between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const swapped = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
