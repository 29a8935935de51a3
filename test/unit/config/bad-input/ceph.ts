import { cephHost, hostKey, privateKey } from "../fixtures.ts";
import { type Row, rowsFor, rowsInside } from "./row.ts";

const inHost = (field: string) => (value: unknown) => ({ cephHost: { ...cephHost, [field]: value } });
const setHost = (field: string, value: string) =>
  `pulumi config set --path 'cnpg-rgw:cephHost.${field}' ${value}`;

const address = "must be a host name or an IP address";
const hosts = [
  ...rowsFor("ceph", "cephHost", `pulumi config rm cnpg-rgw:cephHost && ${setHost("address", "10.0.0.10")}`, [
    ["text", "10.0.0.10", 'must be an object with address, user and hostKey, not "10.0.0.10"'],
    ["a list", [cephHost], "must be an object with address, user and hostKey, not ["],
  ]),
  ...rowsInside("ceph", "cephHost.address", inHost("address"), setHost("address", "10.0.0.10"), [
    ["missing", undefined, "is missing: it must be the Ceph host's name or IP address"],
    ["a URL", "ssh://pve", address],
    ["a user in front", "root@pve", address],
    ["an option", "-oProxyCommand=id", address],
    ["a command", "$(id)", `${address}, not "$(id)"`],
    ["a Cyrillic letter", "рve", 'not "\\u0440ve"'],
    ["overlong", "p".repeat(254), address],
  ]),
  ...rowsInside("ceph", "cephHost.port", inHost("port"), setHost("port", "22"), [
    ["beyond range", 70_000, "must be a TCP port, 1 to 65535, not 70000"],
    ["text", "22", 'must be a TCP port, not "22"'],
    ["half", 22.5, "must be a TCP port, 1 to 65535, not 22.5"],
  ]),
  ...rowsInside("ceph", "cephHost.user", inHost("user"), setHost("user", "ceph-admin"), [
    ["missing", undefined, "is missing: it must be the SSH user name"],
    ["empty", "", "must be the SSH login name: letters, digits and _.@+-"],
    ["an option", "-l", "with no leading -"],
    ["a newline", "root\nroot", 'not "root\\nroot"'],
  ]),
  ...rowsInside(
    "ceph",
    "cephHost.hostKey",
    inHost("hostKey"),
    setHost("hostKey", '"$(ssh-keyscan -t ed25519 10.'),
    [
      ["missing", undefined, "is missing: it must be the Ceph host's SSH public key"],
      ["the host in front", `pve ${hostKey}`, 'must be "<type> <base64>" with one of the types ssh-ed25519'],
      ["a fingerprint", "SHA256:Zr0TXyvG5S9uH3Fr", "run `ssh-keyscan -t ed25519 ADDRESS`"],
      [
        "RSA",
        "ssh-rsa AAAAB3NzaC1yc2E",
        "must be an ed25519 or ecdsa key, since SSH servers refuse SHA-1 RSA",
      ],
      ["cut off", hostKey.slice(0, 40), "is cut off or damaged"],
      ["several", `${hostKey}\n${hostKey}`, "must be one public key, not several lines"],
    ],
  ),
];

const wholeKey = "must be a whole private key in OpenSSH or PEM format; make one with `ssh-keygen";
const setKey = "pulumi config set --secret cnpg-rgw:cephHostPrivateKey < ~/.ssh/ceph-admin";
const privateKeys = rowsFor("ceph", "cephHostPrivateKey", setKey, [
  ["missing", "", "is missing: it must be the SSH private key for cnpg-rgw:cephHost, without a passphrase"],
  ["a file's name", "~/.ssh/id_ed25519", wholeKey],
  ["the public key", hostKey, wholeKey],
  ["cut off", privateKey.slice(0, 50), wholeKey],
  [
    "a passphrase",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END ENCRYPTED PRIVATE KEY-----",
    "passphrase",
  ],
  ["overlong", privateKey.repeat(1_000), "must be one private key, and is too long for one"],
]);

const commandLine = 'must be one command line, such as "radosgw-admin" or "sudo radosgw-admin"';
const commands = rowsFor(
  "ceph",
  "radosgwAdmin",
  "pulumi config set cnpg-rgw:radosgwAdmin 'sudo radosgw-admin'",
  [
    ["a list", ["sudo", "radosgw-admin"], 'must be a command line, not ["sudo","radosgw-admin"]'],
    ["two commands", "radosgw-admin; reboot", `${commandLine}; no shell reads it, so put ; | & < > $`],
    ["a substitution", "$(which radosgw-admin)", `${commandLine}; no shell reads it`],
    ["an open quote", "'radosgw-admin", `${commandLine}, with each quote closed`],
    ["a no-break space", "sudo\u00a0radosgw-admin", 'not "sudo\\u00a0radosgw-admin"'],
    ["two lines", "radosgw-admin\nreboot", commandLine],
    ["a variable", "CEPH_ARGS=-v radosgw-admin", 'to set a variable write "env NAME=VALUE radosgw-admin"'],
  ],
);

const inUser = (field: string) => (value: unknown) => ({ rgwUser: { [field]: value } });
const inQuota = (field: string) => (value: unknown) => ({ rgwUser: { quota: { [field]: value } } });
const setUser = (field: string, value: string) =>
  `pulumi config set --path 'cnpg-rgw:rgwUser.${field}' ${value}`;
const quota = "must be a whole number from 1 to 2^53 - 1";

const users = [
  ...rowsFor("ceph", "rgwUser", `pulumi config rm cnpg-rgw:rgwUser && ${setUser("uid", "cnpg-backup")}`, [
    ["text", "cnpg-backup", 'existingKeys, keyRotation, takeOverFrom or quota, not "cnpg-backup"'],
    ["null", null, "must be an object with uid, displayName, maxBuckets, existingKeys, "],
  ]),
  ...rowsInside("ceph", "rgwUser.uid", inUser("uid"), setUser("uid", "cnpg-backup"), [
    ["empty", "", "must not be empty"],
    ["a number", 5, "must be the id of an RGW user, not 5"],
    ["no user after the tenant", "tenant$", 'must have a user after the tenant, as in "tenant$user"'],
    [
      "a hyphen in the tenant",
      "my-tenant$user",
      "must have a tenant of letters, digits and _ (before the $)",
    ],
    ["another spelling", "$user", 'must be "user", as RGW itself writes it, not "$user"'],
    ["NUL", "a\0b", 'must not contain a NUL character: "a\\u0000b"'],
    ["half a character", "\ud800", "must be well-formed Unicode"],
    ["overlong", "ü".repeat(1_021), "must be at most 2040 bytes long"],
  ]),
  ...rowsInside("ceph", "rgwUser.displayName", inUser("displayName"), setUser("displayName", "'CNPG "), [
    ["empty", "", "must not be empty"],
    ["overlong", "x".repeat(131_072), "must be at most 131056 bytes long"],
  ]),
  ...rowsInside("ceph", "rgwUser.maxBuckets", inUser("maxBuckets"), setUser("maxBuckets", "10"), [
    ["text", "10", 'must be a number of buckets, not "10"'],
    [
      "below -1",
      -2,
      "must be a whole number of buckets, 0 for any number or -1 for none, below 2^31, not -2",
    ],
    ["half", 1.5, "must be a whole number of buckets"],
  ]),
  ...rowsInside("ceph", "rgwUser.existingKeys", inUser("existingKeys"), setUser("existingKeys", "revoke"), [
    ["another word", "keep", 'must be "refuse" or "revoke", not "keep"'],
    ["yes", true, "must say what happens to the keys of an existing user, not true"],
  ]),
  ...rowsInside("ceph", "rgwUser.keyRotation", inUser("keyRotation"), setUser("keyRotation", "2026-12"), [
    ["empty", "", "must be 1 to 100 characters of plain text"],
    ["yes", true, "must be a text, such as a date, not true"],
    ["two lines", "2026\n12", "must be 1 to 100 characters of plain text"],
  ]),
  ...rowsInside(
    "ceph",
    "rgwUser.takeOverFrom",
    inUser("takeOverFrom"),
    setUser("takeOverFrom", "organization/cnpg-rgw/homelab"),
    [
      ["just the stack", "lab", "must be a stack as ORGANIZATION/PROJECT/STACK"],
      ["a mark of its own making", "a/b/c:made", "must be a stack as ORGANIZATION/PROJECT/STACK"],
    ],
  ),
  ...rowsInside(
    "ceph",
    "rgwUser.quota.maxSizeBytes",
    inQuota("maxSizeBytes"),
    setUser("quota.maxSizeBytes", "1099"),
    [
      ["zero", 0, `${quota}, not 0; leave it out for no limit`],
      ["a unit", "10G", 'must be a number of bytes, not "10G"'],
      ["more than a number can be exact", 2 ** 53, quota],
    ],
  ),
  ...rowsInside(
    "ceph",
    "rgwUser.quota.maxObjects",
    inQuota("maxObjects"),
    setUser("quota.maxObjects", "1000000"),
    [["negative", -1, `${quota}, not -1`]],
  ),
];

const diskFix = "pulumi config set --path 'cnpg-rgw:singleDiskCeph.ceph' 'sudo ceph'";
const disks: Row[] = [
  ...rowsFor(
    "ceph",
    "singleDiskCeph",
    "pulumi config rm cnpg-rgw:singleDiskCeph && pulumi config set --path",
    [["yes", true, "must be an object with enabled or ceph, not true"]],
  ),
  ...rowsInside("ceph", "singleDiskCeph.ceph", (ceph) => ({ singleDiskCeph: { ceph } }), diskFix, [
    ["a pipe", "sudo ceph | cat", "no shell reads it"],
  ]),
  {
    what: "an SSH key without a Ceph host",
    on: "s3",
    given: { cephHostPrivateKey: privateKey },
    key: "cephHostPrivateKey",
    says: "is set, but there is no cnpg-rgw:cephHost to use it on. If this stack created an RGW user there, `pulumi up` now ends its keys",
    fix: "pulumi config rm cnpg-rgw:cephHostPrivateKey",
  },
  {
    what: "singleDiskCeph without a Ceph host",
    on: "s3",
    given: { singleDiskCeph: { enabled: true } },
    key: "singleDiskCeph.enabled",
    says: "is true, but there is no cnpg-rgw:cephHost",
    fix: "pulumi config rm --path 'cnpg-rgw:singleDiskCeph.enabled'",
  },
];

export const cephRows: Row[] = [...hosts, ...privateKeys, ...commands, ...users, ...disks];
