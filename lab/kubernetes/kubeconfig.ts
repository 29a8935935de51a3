import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { writeOnChange } from "./command.ts";
import { apiServer } from "./facts.ts";
import { adminKubeconfig, kubeconfigOf } from "./paths.ts";
import { clientNames, pkiFile } from "./pki.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

export function kubeconfig(user: string, pem: { ca: string; certificate: string; key: string }): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server: apiServer, "certificate-authority-data": base64(pem.ca) } }],
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": base64(pem.certificate),
          "client-key-data": base64(pem.key),
        },
      },
    ],
    contexts: [{ name: "lab", context: { cluster: "lab", user } }],
    "current-context": "lab",
  });
}

export function writeKubeconfigs(): void {
  const read = (file: string): string => readFileSync(pkiFile(file), "utf8");
  for (const name of clientNames) {
    const pem = { ca: read("ca.crt"), certificate: read(`${name}.crt`), key: read(`${name}.key`) };
    writeOnChange(name === "admin" ? adminKubeconfig : kubeconfigOf(name), kubeconfig(name, pem), 0o600);
  }
}
