import { type Row, rowsFor, rowsInside } from "./row.ts";
import { versions } from "../../../../components/versions.ts";

const orders = { name: "orders", namespace: "shop", storage: { size: "20Gi" } };
const withOrders = (more: object) => ({ databases: [{ ...orders, ...more }], namespaces: ["shop"] });
const set = (field: string, value: string): string =>
  `pulumi config set --path 'cnpg-rgw:databases[0].${field}' ${value}`;

/** Rows about one field of an entry, at `parent.field` or at its top. */
function inside(path: string, fix: string, cases: [what: string, value: unknown, says: string][]): Row[] {
  const [field = "", parent] = path.split(".").reverse();
  const holder = (value: unknown) =>
    withOrders(parent === undefined ? { [field]: value } : { [parent]: { [field]: value } });
  return rowsInside("s3", `databases[0].${path}`, holder, fix, cases);
}

const name = "must be 1 to 46 lower-case letters, digits and inner hyphens, the first a letter, not";
const source = name.replace("46", "50");
const serverName = "must be up to 63 letters, digits and -_., the first a letter or digit, not";
const identifier = "must be 1 to 63 lower-case letters, digits and underscores, the first no digit, not";
const image = "must be an image with a tag that starts with the PostgreSQL version";
const storageClass = "must be the name of a StorageClass";

const databases: Row[] = [
  ...rowsFor("s3", "databases", "pulumi config rm cnpg-rgw:databases && pulumi config set --path", [
    ["text", "orders", 'must be a list of databases, not "orders"'],
    ["an object", orders, "must be a list of databases, not {"],
  ]),
  ...inside("name", set("name", "orders"), [
    ["missing", undefined, "is missing: it must be the name of a database"],
    ["a number", 5, "must be the name of a database, not 5"],
    ["NUL", "ord\0ers", `${name} "ord\\u0000ers"`],
    ["a Cyrillic letter", "оrders", `${name} "\\u043erders"`],
    ["overlong", "o".repeat(51), `${name} "ooo`],
    ["a command", "$(reboot)", `${name} "$(reboot)"`],
    ["a newline at the end", "orders\n", `${name} "orders\\n"`],
    ["a leading dash", "-orders", `${name} "-orders"`],
  ]),
  ...inside("namespace", set("namespace", "shop"), [
    ["a command", "$(kubectl)", "must be the name of a namespace: up to 63 lower-case letters"],
  ]),
  ...inside("imageName", set("imageName", `ghcr.io/cloudnative-pg/postgresql:${versions.postgresTag}`), [
    ["no tag", "registry.lan/postgresql", image],
    ["a space", "registry.lan/postgresql :17", image],
    ["a quote", "registry.lan/'$(reboot)':17", image],
    ["colours of a terminal", "registry.lan/\u001b[31m:17", 'not "registry.lan/\\u001b[31m:17"'],
    ["an option", "--image:17", image],
    ["a Cyrillic letter", "registry.lan/рostgresql:17", 'not "registry.lan/\\u0440ostgresql:17"'],
  ]),
  ...inside("storage.size", set("storage.size", "20Gi"), [
    [
      "a newline at the end",
      "20Gi\n",
      'must be a size with its unit (Mi, Gi, Ti, or M, G, T), such as 20Gi, not "20Gi\\n"',
    ],
  ]),
  ...rowsInside(
    "s3",
    "databases[0].storage.storageClass",
    (value) => withOrders({ storage: { size: "20Gi", storageClass: value } }),
    set("storage.storageClass", "fast"),
    [
      ["empty", "", storageClass],
      ["capitals", "Fast", `${storageClass}: up to 253 lower-case letters`],
      ["a quote", "fast' --secret '", storageClass],
      ["a number", 5, `${storageClass}, not 5`],
    ],
  ),
  ...inside("database.owner", set("database.owner", "app"), [
    ["SQL", 'app"; drop database app', `${identifier} "app\\"; drop database app"`],
    ["a leading dash", "-app", `${identifier} "-app"`],
    ["a Cyrillic letter", "аpp", `${identifier} "\\u0430pp"`],
    ["NUL", "app\0", `${identifier} "app\\u0000"`],
    ["overlong", "a".repeat(64), identifier],
  ]),
  ...inside("backup.serverName", set("backup.serverName", "orders-2"), [
    ["climbs", "../orders", `${serverName} "../orders"`],
    ["a command", "$(reboot)", `${serverName} "$(reboot)"`],
    ["an option", "-orders", `${serverName} "-orders"`],
    ["NUL", "orders\0", `${serverName} "orders\\u0000"`],
    ["a zero-width space", "orders\u200b", `${serverName} "orders\\u200b"`],
    ["a newline at the end", "orders\n", `${serverName} "orders\\n"`],
    ["overlong", "a".repeat(64), serverName],
  ]),
  ...inside("backup.schedule", set("backup.schedule", "'0 0 2 * * *'"), [
    ["Sunday as 7", "0 0 2 * * 7", "days of the week are 0 to 6 or SUN to SAT (Sunday is 0)"],
    ["a no-break space", "0 0 2 * *\u00a0*", 'not "0 0 2 * *\\u00a0*"'],
    ["a command", "$(date) * * * * *", "seconds are 0 to 59"],
  ]),
  ...inside("backup.objectStore", "pulumi config rm --path 'cnpg-rgw:databases[0].backup.objectStore' && ", [
    ["text", "retentionPolicy", "must be an object: the ObjectStore's spec, not"],
  ]),
  ...inside("recovery.from", set("recovery.from", "orders"), [
    ["missing", undefined, "is missing: it must be the name of the database to recover"],
    ["a path", "lab/orders", `${source} "lab/orders"`],
    ["a newline", "orders\norders", `${source} "orders\\norders"`],
    ["a command", "`id`", `${source} "\`id\`"`],
    ["a Cyrillic letter", "оrders", `${source} "\\u043erders"`],
  ]),
  ...inside("spec", "pulumi config rm --path 'cnpg-rgw:databases[0].spec' && ", [
    ["a list", [], "must be an object: the Cluster's spec, not []"],
  ]),
  {
    what: "an image without barman-cloud for in-tree backups",
    on: "s3",
    given: withOrders({
      imageName: "ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie",
      backup: { method: "barmanObjectStore" },
    }),
    key: "databases[0].imageName",
    says: "must be an image with barman-cloud for backup.method barmanObjectStore",
    fix: set("imageName", `ghcr.io/cloudnative-pg/postgresql:${versions.postgresTag}`),
  },
];

const inPlugin = (field: string) => (value: unknown) => ({ barmanPlugin: { [field]: value } });
const setPlugin = (field: string, value: string): string =>
  `pulumi config set --path 'cnpg-rgw:barmanPlugin.${field}' ${value}`;
const pluginImage = `must be the name of an image, such as registry.lan/plugin-barman-cloud:v${versions.barmanPlugin}, not`;
const parts = "must be an object with enabled, image, sidecarImage or certManager, not";

const plugin: Row[] = [
  ...rowsFor(
    "s3",
    "barmanPlugin",
    `pulumi config rm cnpg-rgw:barmanPlugin && ${setPlugin("enabled", "true")}`,
    [
      ["yes", true, `${parts} true`],
      ["text", "off", `${parts} "off"`],
      ["null", null, `${parts} null`],
      ["a list", [{ enabled: true }], `${parts} [{"enabled":true}]`],
    ],
  ),
  ...rowsInside("s3", "barmanPlugin.enabled", inPlugin("enabled"), setPlugin("enabled", "true"), [
    ["text", "yes", 'must be true or false, not "yes"'],
  ]),
  ...rowsInside("s3", "barmanPlugin.image", inPlugin("image"), setPlugin("image", "registry.example.org/"), [
    ["a number", 5, "must be an image, not 5"],
    ["a space", "registry.lan/plugin :v1", `${pluginImage} "registry.lan/plugin :v1"`],
    ["a scheme", "https://registry.lan/plugin", pluginImage],
    ["a command", "$(id)", pluginImage],
    ["NUL", "registry.lan/plugin\0", `${pluginImage} "registry.lan/plugin\\u0000"`],
    ["a Cyrillic letter", "registry.lan/рlugin", `${pluginImage} "registry.lan/\\u0440lugin"`],
    ["an option", "--image", pluginImage],
    ["overlong", `registry.lan/${"a".repeat(600)}`, pluginImage],
  ]),
  ...rowsInside(
    "s3",
    "barmanPlugin.sidecarImage",
    inPlugin("sidecarImage"),
    setPlugin("sidecarImage", "registry."),
    [
      ["a newline at the end", "registry.lan/sidecar:v1\n", `${pluginImage} "registry.lan/sidecar:v1\\n"`],
      ["a list", ["registry.lan/sidecar"], "must be an image, not ["],
    ],
  ),
  ...rowsInside(
    "s3",
    "barmanPlugin.certManager",
    inPlugin("certManager"),
    "pulumi config rm --path 'cnpg-rgw:barmanPlugin.certManager' && ",
    [["yes", true, "must be an object with enabled, not true"]],
  ),
  ...rowsInside(
    "s3",
    "barmanPlugin.certManager.enabled",
    inPlugin("certManager"),
    setPlugin("certManager.enabled", "false"),
    [
      ["missing", {}, "is missing: it must be true or false"],
      ["text", { enabled: "no" }, 'must be true or false, not "no"'],
    ],
  ),
];

export const databaseRows: Row[] = [...databases, ...plugin];
