import { type Row, rowsFor, rowsInside } from "./row.ts";
import { versions } from "../../../../components/versions.ts";

const name = "must be the name of a namespace: up to 63 lower-case letters, digits and inner hyphens";
const setFirst = "pulumi config set --path 'cnpg-rgw:namespaces[0]' sample";
const first = (value: unknown) => ({ namespaces: [value] });

const namespaces: Row[] = [
  ...rowsFor("s3", "namespaces", `pulumi config rm cnpg-rgw:namespaces && ${setFirst}`, [
    ["text", "sample", 'must be a list of namespaces, not "sample"'],
    ["an object", { name: "sample" }, 'must be a list of namespaces, not {"name":"sample"}'],
    ["broken JSON", '["sample"', "must be a list of namespaces"],
    ["too deep", "[".repeat(9_000) + "]".repeat(9_000), "must be a list of namespaces"],
  ]),
  ...rowsInside("s3", "namespaces[0]", first, setFirst, [
    ["capitals", "Shop", `${name}, not "Shop"`],
    ["an underscore", "my_shop", name],
    ["a leading dash", "-shop", name],
    ["a dot", "shop.prod", name],
    ["too long", "s".repeat(64), name],
    ["a command", "$(kubectl)", name],
    ["quotes", `shop"'`, 'not "shop\\"\'"'],
    ["a newline at the end", "shop\n", 'not "shop\\n"'],
    ["a Cyrillic letter", "ѕhop", 'not "\\u0455hop"'],
    ["empty", "", name],
  ]),
  ...rowsInside(
    "s3",
    "namespaces[0].name",
    first,
    "pulumi config set --path 'cnpg-rgw:namespaces[0].name' sample",
    [
      ["missing", { create: true }, "is missing: it must be the name of a namespace"],
      ["capitals", { name: "Shop" }, name],
    ],
  ),
  ...rowsInside(
    "s3",
    "namespaces[0].create",
    first,
    "pulumi config set --path 'cnpg-rgw:namespaces[0].create' true",
    [["text", { name: "shop", create: "yes" }, 'must be true or false, not "yes"']],
  ),
  ...rowsInside("s3", "namespaces[0]", first, "pulumi config ", [
    ["a number", 5, "must be the name of a namespace, or an object with name and create, not 5"],
    ["null", null, "must be the name of a namespace, or an object with name and create, not null"],
  ]),
  {
    what: "a namespace twice",
    on: "s3",
    given: { namespaces: ["shop", "sample", { name: "shop", create: true }] },
    key: "namespaces[2]",
    says: 'is "shop", and so is cnpg-rgw:namespaces[0]',
    fix: "pulumi config rm --path 'cnpg-rgw:namespaces[2]'",
  },
];

const inOperator = (field: string) => (value: unknown) => ({ operator: { [field]: value } });
const setOperator = (field: string, value: string) =>
  `pulumi config set --path 'cnpg-rgw:operator.${field}' ${value}`;
const repository = "must be the http or https URL of a Helm repository (an oci:// URL goes into chart)";
const setRepository = setOperator("repository", "https://cloudnative-pg.github.io/charts");
const inValues =
  (...path: string[]) =>
  (value: unknown) => ({
    operator: { values: path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) },
  });

const operator: Row[] = [
  ...rowsFor("s3", "operator", "pulumi config rm cnpg-rgw:operator && pulumi config set --path", [
    [
      "text",
      "0.29.0",
      'must be an object with enabled, namespace, adopt, chartVersion, chart, repository or values, not "0.29.0"',
    ],
  ]),
  ...rowsInside(
    "s3",
    "operator.namespace",
    inOperator("namespace"),
    setOperator("namespace", "cnpg-system"),
    [["an option", "--all-namespaces", "must be the name of a namespace: up to 63 lower-case letters"]],
  ),
  ...rowsInside(
    "s3",
    "operator.adopt",
    inOperator("adopt"),
    "pulumi config rm --path 'cnpg-rgw:operator.adopt' && ",
    [["yes", true, "must be an object with release, not true"]],
  ),
  ...rowsInside(
    "s3",
    "operator.adopt.release",
    (value) => ({ operator: { adopt: { release: value } } }),
    setOperator("adopt.release", "cnpg"),
    [
      ["capitals", "CNPG", "must be the name of a Helm release: up to 53 lower-case letters, digits"],
      ["overlong", "x".repeat(54), "must be the name of a Helm release"],
    ],
  ),
  ...rowsInside(
    "s3",
    "operator.chartVersion",
    inOperator("chartVersion"),
    setOperator("chartVersion", versions.operatorChart),
    [
      ["a range", ">=0.29", `must be the exact version of a Helm chart, such as ${versions.operatorChart}`],
      ["a number", 0.29, "must be the version of a Helm chart, not 0.29"],
    ],
  ),
  ...rowsInside("s3", "operator.chart", inOperator("chart"), setOperator("chart", "cloudnative-pg"), [
    [
      "an option",
      "--post-renderer=id",
      "must be the name of a Helm chart, a path, or an oci:// or https:// URL",
    ],
    ["credentials", "https://me:hunter2@a/c.tgz", "must have no credentials in its URL"],
  ]),
  ...rowsInside("s3", "operator.repository", inOperator("repository"), setRepository, [
    ["oci", "oci://registry.lan", repository],
    ["credentials", "https://me:hunter2@charts.lan", `${repository}, without credentials in it`],
    ["a newline", "https://charts.lan\n", repository],
  ]),
  ...rowsInside(
    "s3",
    "operator.values",
    inOperator("values"),
    "pulumi config rm --path 'cnpg-rgw:operator.values' && ",
    [["a list", [], "must be an object of Helm values, not []"]],
  ),
  ...rowsInside(
    "s3",
    "operator.values.crds.create",
    inValues("crds", "create"),
    "pulumi config rm --path 'cnpg-rgw:operator.values.crds.create'",
    [["text", "yes", 'must be true or false, not "yes"']],
  ),
  ...rowsInside(
    "s3",
    "operator.values.replicaCount",
    inValues("replicaCount"),
    "pulumi config rm --path 'cnpg-rgw:operator.values.replicaCount'",
    [["text", "2", 'must be a whole number, not "2"']],
  ),
  {
    what: "a chart value that is none",
    on: "s3",
    given: inValues("monitoring", "podMonitorEnable")(true),
    key: "operator.values.monitoring.podMonitorEnable",
    says: "is not a value of the operator's chart; did you mean cnpg-rgw:operator.values.monitoring.podMonitorEnabled?",
    fix: "pulumi config rm --path 'cnpg-rgw:operator.values.monitoring.podMonitorEnable'",
  },
];

export const kubernetesRows: Row[] = [...namespaces, ...operator];
