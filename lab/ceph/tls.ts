import { existsSync, renameSync, rmSync } from "node:fs";
import { hosts } from "../layout.ts";
import { caFile } from "./facts.ts";
import { pveFile, runOnPve } from "./host.ts";

const days = "3650";
const folder = "/etc/ceph/tls";
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

/** A private CA that signs RGW's certificate and is then thrown away: it cannot sign another one. */
export async function makeCertificates(): Promise<void> {
  if (existsSync(caFile)) return;
  await runOnPve(["install", "-d", folder]);
  const ca = ["-subj", "/CN=Homelab storage CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign"];
  await runOnPve(
    // prettier-ignore
    ["openssl", "req", "-x509", "-days", days, ...newKey, ...ca, "-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.crt`],
  );
  const names = `DNS:${hosts.pve.name},DNS:s3.home.arpa,DNS:localhost,IP:${hosts.pve.address}`;
  const server = ["-subj", "/CN=s3.home.arpa", "-addext", `subjectAltName=${names}`];
  const usage = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"];
  const signer = ["-CA", `${folder}/ca.crt`, "-CAkey", `${folder}/ca.key`];
  await runOnPve(
    // prettier-ignore
    ["openssl", "req", "-x509", "-days", days, ...newKey, ...server, ...usage, ...signer, "-keyout", `${folder}/server.key`, "-out", `${folder}/server.crt`],
  );
  await runOnPve(["chown", "-R", "ceph:ceph", folder]);
  rmSync(pveFile(`${folder}/ca.key`));
  renameSync(pveFile(`${folder}/ca.crt`), caFile);
}
