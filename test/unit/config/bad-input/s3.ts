import { certificate, keys as keyPair } from "../fixtures.ts";
import { type Row, rowsFor } from "./row.ts";

const url = 'must be a URL like "http://10.0.0.10:7480": http or https, a host, and a port if needed';
const setEndpoint = "pulumi config set cnpg-rgw:endpoint http://10.0.0.10:7480";

const endpoints = rowsFor("s3", "endpoint", setEndpoint, [
  ["missing", "", "is missing: it must be the URL of the S3 endpoint"],
  ["no protocol", "10.0.0.10:7480", url],
  ["another protocol", "s3://backups", url],
  ["a number", 7480, url],
  ["a list", ["http://a", "http://b"], "must be the URL of the S3 endpoint, http or https, not ["],
  ["an object", { url: "http://a" }, "must be the URL of the S3 endpoint, http or https, not {"],
  ["a path", "https://a/b", `${url}; nothing after it, not "https://a/b"`],
  ["a query", "https://a/?b", `${url}; nothing after it, not "https://a/?***"`],
  ["credentials", "https://me:hunter2@a", `${url}; no credentials in it`],
  ["a port beyond range", "http://10.0.0.10:99999", url],
  ["a newline at the end", "http://10.0.0.10:7480\n", url],
  ["a command", "http://$(reboot)", `${url}, not "http://$(reboot)"`],
  ["a backslash", "http:\\\\10.0.0.10", url],
  [
    "a Cyrillic letter",
    "https://ѕ3.example.org",
    '"https://\\u04553.example.org", whose host is read as "xn--',
  ],
  ["an octal number", "http://010.0.0.10", 'whose host is read as "8.0.0.10"'],
  ["overlong", `http://${"a".repeat(100_000)}`, url],
]);

const bucket = "must be a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots";
const buckets = rowsFor("s3", "bucket", "pulumi config set cnpg-rgw:bucket cnpg-backups", [
  ["capitals", "Backups", `beside each dot, and not an IP address; not "Backups"`],
  ["too short", "ab", bucket],
  ["too long", "b".repeat(64), bucket],
  ["overlong", "b".repeat(1_000_000), `${"b".repeat(75)}…"`],
  ["an underscore", "cnpg_backups", bucket],
  ["an IP address", "10.0.0.10", bucket],
  ["two dots", "cnpg..backups", bucket],
  ["a hyphen beside a dot", "cnpg-.backups", bucket],
  ["a leading dash", "-backups", bucket],
  ["a path", "../backups", bucket],
  ["a command", "$(id)", bucket],
  ["quotes", `"backups'`, 'not "\\"backups\'"'],
  ["NUL", "backups\0", 'not "backups\\u0000"'],
  ["a Cyrillic letter", "bаckups", 'not "b\\u0430ckups"'],
  ["a zero-width space", "back\u200bups", 'not "back\\u200bups"'],
  ["a list", ["backups"], 'must be the name of a bucket, not ["backups"]'],
]);

const path = "must start with / and have parts of letters, digits and -_. only, at most 512 characters";
const paths = rowsFor("s3", "path", "pulumi config set cnpg-rgw:path /homelab-cluster", [
  ["no slash in front", "here", path],
  ["a list", ["/here"], `${path}, such as /homelab-cluster, not ["/here"]`],
  ["a slash at the end", "/here/", path],
  ["two slashes", "//here", path],
  ["climbs", "/a/../b", `${path}, such as /homelab-cluster, not "/a/../b"`],
  ["a space", "/a b", path],
  ["a command", "/$(id)", path],
  ["a newline", "/a\nb", 'not "/a\\nb"'],
  ["overlong", `/${"a".repeat(512)}`, path],
]);

const region = "must be a label of letters, digits and inner hyphens";
const regions = rowsFor("s3", "region", "pulumi config set cnpg-rgw:region local", [
  ["a space", "eu west", region],
  ["a list", ["local"], 'must be a region label, not ["local"]'],
  ["a leading dash", "-local", region],
  ["colours of a terminal", "\u001b[31mlocal", 'not "\\u001b[31mlocal"'],
  ["overlong", "a".repeat(64), region],
]);

const caBundles = rowsFor("s3", "caBundle", "pulumi config set cnpg-rgw:caBundle < ca.pem", [
  ["a file's name", "ca.pem", "must be one or more certificates in PEM format"],
  ["a private key", "-----BEGIN PRIVATE KEY-----", "take the private key out of it"],
  ["cut off", certificate().slice(0, 200), "has a certificate that cannot be read, number 1"],
]);

const protections = rowsFor("s3", "protectBucket", "pulumi config set cnpg-rgw:protectBucket true", [
  ["neither", "maybe", 'must be true or false, not "maybe"'],
  ["a list", [true], "must be true or false, not [true]"],
  ["a number", 1, "must be true or false, not 1"],
]);

const management = rowsFor("s3", "manageBucket", "pulumi config set cnpg-rgw:manageBucket true", [
  ["neither", "maybe", 'must be true or false, not "maybe"'],
  ["a list", [true], "must be true or false, not [true]"],
]);

const accessKey = "must be 1 to 128 visible ASCII characters other than / and ,";
const keys = [
  ...rowsFor("s3", "accessKeyId", "pulumi config set --secret cnpg-rgw:accessKeyId", [
    ["a newline at the end", "AK\n", accessKey],
    ["a comma", "AK,SK", accessKey],
    ["a list", ["AK"], "must be an S3 access key, not what was given"],
    ["overlong", "A".repeat(129), accessKey],
    ["half a pair", "", "is missing: it must be set if there is no cnpg-rgw:cephHost"],
  ]),
  ...rowsFor("s3", "secretAccessKey", "pulumi config set --secret cnpg-rgw:secretAccessKey", [
    ["another alphabet", "ключ", "must be ASCII characters without NUL"],
    ["a list", ["SK"], "must be an S3 secret key, not what was given"],
    ["a single character", "x", "must be at least 16 characters, 5 of them different"],
    ["a known default", "minioadmin", "must be at least 16 characters"],
    ["one character again and again", "x".repeat(40), "5 of them different"],
    ["NUL", "SK\0", "must be ASCII characters without NUL"],
    ["half a pair", "", "is missing: it must be set if there is no cnpg-rgw:cephHost"],
  ]),
];

export const s3Rows: Row[] = [
  ...[endpoints, buckets, paths, regions, caBundles, protections, management, keys].flat(),
  {
    what: "half a key pair beside a Ceph host",
    on: "ceph",
    given: { secretAccessKey: keyPair.secretAccessKey },
    key: "accessKeyId",
    says: "is missing: it must be set together with the other half of the key pair",
    fix: "pulumi config set --secret cnpg-rgw:accessKeyId",
  },
  {
    what: "neither keys nor a Ceph host",
    on: "s3",
    given: { accessKeyId: "", secretAccessKey: "" },
    key: "secretAccessKey",
    says: "is missing: it must be set if there is no cnpg-rgw:cephHost to create keys on",
    fix: "pulumi config set --secret cnpg-rgw:secretAccessKey",
    problems: 2,
  },
  {
    what: "a CA for http",
    on: "s3",
    given: { endpoint: "http://10.0.0.10:7480", caBundle: certificate() },
    key: "caBundle",
    says: "is for an https endpoint, but cnpg-rgw:endpoint is http",
    fix: "pulumi config rm cnpg-rgw:caBundle",
  },
];
