import { isObject, type Props } from "../../../../../lab/providers/sdk/values.ts";

export interface Difference {
  /** `properties.connection.*secret*.privateKey` */
  path: string;
  official: unknown;
  standIn: unknown;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secretMark = "*secret*";

/** What varies from call to call, and is no difference. Both sides go through it. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/pulumi-kubernetes-[0-9a-f]{8}\b/g, "pulumi-kubernetes-<hex>"],
  [/\b(https?:\/\/)[\d.]+:\d+/g, "<server>"],
  [/dial tcp [\d.]+:\d+/g, "dial tcp <address>"],
  [/^rpc error: code = \w+ desc = /, ""],
  [/<(result|bcryptHash)( \d+)?>/g, "<$1>"],
];

/** Base64 of a placeholder, which the recording has as a placeholder again. */
function withBase64(text: string): string {
  const decoded = Buffer.from(text, "base64").toString();
  return /^<[\w ]+>$/.test(decoded) ? `<base64 of ${decoded.slice(1, -1)}>` : text;
}

/** Values in one form: secrets as objects with one key, lists of names in order. */
export function normalize(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    return varying.reduce((text, [from, to]) => text.replace(from, to), withBase64(value));
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => normalize(item));
    const isList = ["diffs", "replaces", "managedFields"].includes(key);
    return isList ? items.map((item) => JSON.stringify(item)).sort() : items;
  }
  if (!isObject(value)) return value;
  if (value[SIGNATURE] !== undefined) return { [secretMark]: normalize(value.value) };
  if (key === "managedFields") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normalize(inner, name)]));
}

/** Where the two differ, deepest first places. Absent is undefined. */
export function differences(official: unknown, standIn: unknown, path = ""): Difference[] {
  if (isObject(official) && isObject(standIn) && isSecret(official) === isSecret(standIn)) {
    const keys = new Set([...Object.keys(official), ...Object.keys(standIn)]);
    return [...keys].flatMap((key) => differences(official[key], standIn[key], join(path, key)));
  }
  if (Array.isArray(official) && Array.isArray(standIn) && official.length === standIn.length) {
    return official.flatMap((item, i) => differences(item, standIn[i], `${path}[${i}]`));
  }
  return JSON.stringify(official) === JSON.stringify(standIn) ? [] : [{ path, official, standIn }];
}

function isSecret(value: Props): boolean {
  return secretMark in value;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
