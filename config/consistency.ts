import { chartValueProblems, isObject, shown } from "../components/internal.ts";
import { type FoundConfig, type Problem, isHidden, missing, unknownKey } from "./problems.ts";
import { databaseInconsistencies } from "./database-consistency.ts";
import { byHand, keyName, removeCommand, secretConfigKeys, setCommand } from "./commands.ts";

/** What the keys say together. Looks only at what was found, so that it can report beside faulty values. */
export function inconsistencies(found: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  return [
    ...keyPair(found),
    ...drillKeyPair(found),
    ...rotationOfGivenKeys(found),
    ...cephAccess(found),
    ...accessWithoutCeph(found),
    ...poolsWithoutCeph(found),
    ...caWithoutTls(found),
    ...duplicateNamespaces(found, encrypted),
    ...wrongChartValues(found, encrypted),
    ...databaseInconsistencies(found, encrypted),
    ...encryptedDatabases(found, encrypted),
    ...plaintextSecrets(found, encrypted),
  ];
}

function keyPair(found: FoundConfig): Problem[] {
  const absent = ["accessKeyId", "secretAccessKey"].filter((key) => found[key] === undefined);
  const neededAnyway = found.cephHost === undefined;
  if (absent.length === 0 || (absent.length === 2 && !neededAnyway)) return [];
  const why = neededAnyway
    ? "must be set if there is no cnpg-rgw:cephHost to create keys on. Keys that this stack created on a Ceph host end" +
      " when cephHost is removed, see docs/ceph-setup.md#to-go-on-without-the-ceph-host"
    : "must be set together with the other half of the key pair";
  return absent.map((key) => missing([key], why));
}

/** The same key twice would be one that writes. */
function drillKeyPair(found: FoundConfig): Problem[] {
  const names = ["drillAccessKeyId", "drillSecretAccessKey"];
  const absent = names.filter((key) => found[key] === undefined);
  if (absent.length === 1)
    return absent.map((key) => missing([key], "goes with the other half of the key pair"));
  const { accessKeyId, drillAccessKeyId } = found;
  if (drillAccessKeyId === undefined || drillAccessKeyId !== accessKeyId) return [];
  const message =
    "cnpg-rgw:drillAccessKeyId is cnpg-rgw:accessKeyId, which can write: restore drills are to have a key that can only read";
  return [{ message, fix: setCommand(["drillAccessKeyId"]) }];
}

/** It would have no effect. */
function rotationOfGivenKeys(found: FoundConfig): Problem[] {
  const { rgwUser, accessKeyId, secretAccessKey } = found;
  const areGenerated = accessKeyId === undefined && secretAccessKey === undefined;
  if (areGenerated || !isObject(rgwUser) || rgwUser.keyRotation === undefined) return [];
  const path = ["rgwUser", "keyRotation"];
  const message =
    `${keyName(path)} replaces generated keys, but this stack has keys of its own. To change them, set ` +
    "cnpg-rgw:accessKeyId and cnpg-rgw:secretAccessKey";
  return [{ message, fix: removeCommand(path) }];
}

function cephAccess(found: FoundConfig): Problem[] {
  if (found.cephHost === undefined || found.cephHostPrivateKey !== undefined) return [];
  return [
    missing(
      ["cephHostPrivateKey"],
      "must be the SSH private key for cnpg-rgw:cephHost, without a passphrase",
    ),
  ];
}

/**
 * Nothing reads this key then. It is left over where a stack is to go on without its Ceph host, and the engine would
 * delete the RGW user's resource, which ends the keys. The program does not know what the stack has; this is the place
 * to say so before it happens.
 */
function accessWithoutCeph(found: FoundConfig): Problem[] {
  if (found.cephHost !== undefined || found.cephHostPrivateKey === undefined) return [];
  const path = ["cephHostPrivateKey"];
  const message =
    `${keyName(path)} is set, but there is no cnpg-rgw:cephHost to use it on. If this stack created an RGW user there,` +
    " `pulumi up` now ends its keys: read docs/ceph-setup.md#to-go-on-without-the-ceph-host first";
  return [{ message, fix: removeCommand(path) }];
}

function poolsWithoutCeph(found: FoundConfig): Problem[] {
  const { cephHost, singleDiskCeph } = found;
  if (cephHost !== undefined || !isObject(singleDiskCeph) || singleDiskCeph.enabled !== true) return [];
  const path = ["singleDiskCeph", "enabled"];
  return [
    { message: `${keyName(path)} is true, but there is no cnpg-rgw:cephHost`, fix: removeCommand(path) },
  ];
}

function caWithoutTls(found: FoundConfig): Problem[] {
  const endpoint = found.endpoint;
  if (found.caBundle === undefined || typeof endpoint !== "string" || !/^http:/i.test(endpoint)) return [];
  const message = "cnpg-rgw:caBundle is for an https endpoint, but cnpg-rgw:endpoint is http";
  return [{ message, fix: removeCommand(["caBundle"]) }];
}

function duplicateNamespaces(found: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  const list = Array.isArray(found.namespaces) ? found.namespaces : [];
  const names = list.map((entry: unknown) => (isObject(entry) ? entry.name : entry));
  const problems = names.flatMap((name, i) => {
    const first = names.indexOf(name);
    if (typeof name !== "string" || first === i) return [];
    const path = ["namespaces", i];
    const value = isHidden("namespaces", encrypted) ? "the same" : shown(name);
    const message = `${keyName(path)} is ${value}, and so is ${keyName(["namespaces", first])}`;
    return [{ message, fix: removeCommand(path) }];
  });
  // From the last to the first, for each removal moves those after it.
  return problems.reverse();
}

function wrongChartValues({ operator }: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  if (!isObject(operator) || !isObject(operator.values)) return [];
  const { chart, chartVersion, values } = operator;
  return chartValueProblems({ chart, chartVersion, values }).map((problem) => {
    const path = ["operator", "values", ...problem.path];
    if (problem.mustBe === undefined) return unknownKey(path);
    const value = isHidden("operator", encrypted) ? "what was given" : problem.value;
    return { message: `${keyName(path)} must be ${problem.mustBe}, not ${value}`, fix: removeCommand(path) };
  });
}

function plaintextSecrets(found: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  const readable = secretConfigKeys.filter((key) => found[key] !== undefined && !encrypted.has(key));
  return readable.map((key) => ({
    message: `${keyName([key])} is a secret, but is not encrypted in the stack's config`,
    fix: setCommand([key]),
  }));
}

/** A Cluster is no place for a secret: anyone who may read it in Kubernetes sees all of it. */
function encryptedDatabases({ databases }: FoundConfig, encrypted: ReadonlySet<string>): Problem[] {
  const isEmpty = databases === undefined || (Array.isArray(databases) && databases.length === 0);
  if (isEmpty || !encrypted.has("databases")) return [];
  const message =
    `${keyName(["databases"])} has an encrypted value, but it would be stored in plain text in the stack's state and in ` +
    "Kubernetes objects that are not Secrets. Keep passwords in Secrets, which a database's spec can name, and set the " +
    "value without --secret";
  return [{ message, fix: byHand }];
}
