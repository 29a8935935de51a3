import { cephHost } from "../fixtures.ts";
import type { Row } from "./row.ts";

const byHand = "edit the key in the stack's config file, Pulumi.<stack>.yaml";

/** Keys that do not exist, by the place where they stand. */
const unknown: [given: Record<string, unknown>, key: string, meant: string | undefined, fix: string][] = [
  [{ namepsaces: ["a"] }, "namepsaces", "namespaces", "pulumi config rm cnpg-rgw:namepsaces"],
  [{ endpont: "x" }, "endpont", "endpoint", "pulumi config rm cnpg-rgw:endpont"],
  [{ Bucket: "x" }, "Bucket", "bucket", "pulumi config rm cnpg-rgw:Bucket"],
  [{ zzz: "x" }, "zzz", undefined, "pulumi config rm cnpg-rgw:zzz"],
  [{ constructor: "x" }, "constructor", undefined, "pulumi config rm cnpg-rgw:constructor"],
  [{ ["__proto__"]: "x" }, "__proto__", undefined, "pulumi config rm cnpg-rgw:__proto__"],
  [{ hostKey: "x" }, "hostKey", "cephHost.hostKey", "pulumi config rm cnpg-rgw:hostKey"],
  [{ namespaсes: "x" }, "namespa\\u0441es", "namespaces", "pulumi config rm 'cnpg-rgw:namespaсes'"],
  [{ "path\u200b": "x" }, "path\\u200b", "path", byHand],
  [{ "a'; reboot #": "x" }, "a'; reboot #", undefined, "pulumi config rm 'cnpg-rgw:a'\\''; reboot #'"],
  [{ "$(reboot)": "x" }, "$(reboot)", undefined, "pulumi config rm 'cnpg-rgw:$(reboot)'"],
  [{ "\u001b[2Jx": "x" }, "\\u001b[2Jx", undefined, byHand],
  [{ ["k".repeat(100_000)]: "x" }, `${"k".repeat(60)}…`, undefined, byHand],
  [
    { cephHost: { ...cephHost, hostkey: "x" } },
    "cephHost.hostkey",
    "cephHost.hostKey",
    "pulumi config rm --path 'cnpg-rgw:cephHost.hostkey'",
  ],
  [
    { namespaces: [{ name: "shop", craete: true }] },
    "namespaces[0].craete",
    "namespaces[0].create",
    "pulumi config rm --path 'cnpg-rgw:namespaces[0].craete'",
  ],
  [
    { rgwUser: { quota: { maxSize: 1 } } },
    "rgwUser.quota.maxSize",
    undefined,
    "pulumi config rm --path 'cnpg-rgw:rgwUser.quota.maxSize'",
  ],
  [
    { rgwUser: { "a.b": 1 } },
    'rgwUser["a.b"]',
    undefined,
    `pulumi config rm --path 'cnpg-rgw:rgwUser["a.b"]'`,
  ],
  [{ rgwUser: { "u\nid": 1 } }, "rgwUser.u\\nid", "rgwUser.uid", byHand],
];

export const unknownKeyRows: Row[] = unknown.map(([given, key, meant, fix]) => ({
  what: `an unknown key: ${key}`,
  on: "ceph",
  given,
  key,
  says: `is not a key of this project${meant === undefined ? "\n" : `; did you mean cnpg-rgw:${meant}?`}`,
  fix,
}));
