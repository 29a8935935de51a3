import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../host/run.ts";
import { hosts } from "../layout.ts";
import { apiServiceAddress, nodeName } from "./facts.ts";
import { pkiDir } from "./paths.ts";

/** A certificate of the lab's own authority, which signs for this lab only. */
export interface Certificate {
  readonly name: string;
  readonly commonName: string;
  /** Kubernetes takes the organization as the user's group. */
  readonly organization?: string;
  /** Subject alternative names, in openssl's notation; only servers have them. */
  readonly alternativeNames?: readonly string[];
}

const admins = "system:masters";

/** The components that talk to the API server, each as a user of its own. */
export const clients = {
  admin: { commonName: "admin", organization: admins },
  "kube-controller-manager": { commonName: "system:kube-controller-manager" },
  "kube-scheduler": { commonName: "system:kube-scheduler" },
  "kube-proxy": { commonName: "system:kube-proxy" },
  // Its PersistentVolumes are cluster-wide, and it is no pod: there is no service account to lend it.
  volumes: { commonName: "lab-volumes", organization: admins },
  kubelet: { commonName: `system:node:${nodeName}`, organization: "system:nodes" },
} as const;
export type ClientName = keyof typeof clients;
export const clientNames = Object.keys(clients) as readonly ClientName[];

const certificates: readonly Certificate[] = [
  {
    name: "kube-apiserver",
    commonName: "kube-apiserver",
    alternativeNames: [
      "DNS:kubernetes",
      "DNS:kubernetes.default",
      "DNS:kubernetes.default.svc",
      "DNS:kubernetes.default.svc.cluster.local",
      "DNS:localhost",
      "IP:127.0.0.1",
      `IP:${hosts.k8s.address}`,
      `IP:${apiServiceAddress}`,
    ],
  },
  { name: "apiserver-to-kubelet", commonName: "kube-apiserver", organization: admins },
  {
    name: "kubelet-server",
    commonName: nodeName,
    alternativeNames: [`DNS:${nodeName}`, `IP:${hosts.k8s.address}`],
  },
  ...clientNames.map((name) => ({ name, ...clients[name] })),
];

/** The openssl settings for one certificate. The machine's own openssl.cnf has no say. */
export function opensslConfig(certificate: Certificate): string {
  const { commonName, organization, alternativeNames } = certificate;
  return [
    "[req]",
    "prompt = no",
    "distinguished_name = subject",
    "x509_extensions = extensions",
    "[subject]",
    ...(organization === undefined ? [] : [`O = ${organization}`]),
    `CN = ${commonName}`,
    "[extensions]",
    "basicConstraints = critical, CA:FALSE",
    "keyUsage = critical, digitalSignature",
    `extendedKeyUsage = ${alternativeNames === undefined ? "clientAuth" : "serverAuth"}`,
    ...(alternativeNames === undefined ? [] : [`subjectAltName = ${alternativeNames.join(", ")}`]),
    "",
  ].join("\n");
}

const authorityConfig = `[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = lab-kubernetes-ca
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
`;

async function issue(folder: string, name: string, config: string, signer: string[]): Promise<void> {
  writeFileSync(join(folder, `${name}.cnf`), config);
  const files = ["-config", `${name}.cnf`, "-keyout", `${name}.key`, "-out", `${name}.crt`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await run(["openssl", "req", "-x509", "-days", "3650", ...key, ...files, ...signer], { cwd: folder });
}

/** Keys that sign the tokens of service accounts. */
async function makeServiceAccountKeys(folder: string): Promise<void> {
  const curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"];
  await run(["openssl", "genpkey", "-algorithm", "EC", ...curve, "-out", "service-accounts.key"], {
    cwd: folder,
  });
  await run(["openssl", "pkey", "-in", "service-accounts.key", "-pubout", "-out", "service-accounts.pub"], {
    cwd: folder,
  });
}

export const pkiFile = (file: string): string => join(pkiDir, file);

/** Made once, whole or not at all: half a PKI would be found out only by a daemon that does not start. */
export async function ensurePki(): Promise<void> {
  if (existsSync(pkiDir)) return;
  const folder = `${pkiDir}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await issue(folder, "ca", authorityConfig, []);
  await Promise.all(
    certificates.map((certificate) =>
      issue(folder, certificate.name, opensslConfig(certificate), ["-CA", "ca.crt", "-CAkey", "ca.key"]),
    ),
  );
  await makeServiceAccountKeys(folder);
  renameSync(folder, pkiDir);
}
