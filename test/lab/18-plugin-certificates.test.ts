import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, it } from "mocha";
import { z } from "zod";
import { type Role, selfSigned } from "../../components/backup-plugin/certificate.ts";
import { tlsSecrets, validityAt } from "../../components/backup-plugin/renewal.ts";
import { until } from "../../lab/wait.ts";
import { certManagerCrd } from "../support/cert-manager.ts";
import {
  archiveNow,
  archiver,
  backUp,
  completedBackups,
  inDemo,
  passing,
  setDatabases,
  sql,
  up,
  withoutDatabases,
} from "./support/database.ts";
import { inFull } from "./support/full.ts";
import { kubectl, must, mustPulumi, on, pulumi, startPulumi } from "./support/lab.ts";
import { tablesToWrite, writingDuring } from "./support/writing.ts";

const database = inDemo("trusted");
const namespace = "cnpg-system";
/** The component's default; the lab sets none. */
const validityDays = 3650;

function withDatabase(): void {
  before(async () => {
    await withoutDatabases();
    setDatabases([passing(database.name)]);
    await mustPulumi(up);
    await completedBackups(database);
    await sql(database, tablesToWrite);
  });
  after(withoutDatabases);
}

async function apply(...manifests: string[]): Promise<void> {
  const input = manifests.join("\n---\n");
  await must("workstation", ["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
}

const tlsSecret = (name: string, stringData: Record<string, string>): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "kubernetes.io/tls",
    stringData,
  });

/** The certificate with which the plugin answers. */
async function presented(): Promise<string> {
  const ip = await kubectl(
    "-n",
    namespace,
    "get",
    "service",
    "barman-cloud",
    "-o",
    "jsonpath={.spec.clusterIP}",
  );
  const program = `
    const socket = require("tls").connect({ host: "${ip}", port: 9090, rejectUnauthorized: false }, () => {
      console.log(socket.getPeerCertificate().fingerprint256);
      process.exit();
    });
    socket.on("error", ({ message }) => { console.log(message); process.exit(); });`;
  return (await must("k8s", ["node", "-e", program])).trim();
}

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

async function untilPresented(pem: string): Promise<void> {
  const what = {
    what: "the plugin to answer with the new certificate",
    timeoutMs: 240_000,
    intervalMs: 3_000,
  };
  await until(what, async () => {
    const found = await presented();
    return found === fingerprintOf(pem) || found;
  });
}

inFull.describe("the plugin's own certificates", () => {
  withDatabase();

  it("are renewed under a database that archives, and no archive fails", async () => {
    const before = await archiver(database);
    // What `up` writes once a third of the validity is over.
    const turn = (validityDays * 86_400_000) / 3;
    const next = tlsSecrets(await seed(), validityDays, new Date(Date.now() + turn));
    assert.notEqual(await presented(), fingerprintOf(next.server["tls.crt"]));
    const rows = await writingDuring(database, renewed(next));
    assert.ok(rows > 0);
    await archiveNow(database);
    await backUp(database, "renewed");
    const now = await archiver(database);
    assert.equal(now.failed, before.failed);
    assert.ok(now.archived > before.archived, "it archived with the new certificate");
  });

  it("are those of today again after up --refresh", async () => {
    await mustPulumi([...up, "--refresh"]);
    await untilPresented(tlsSecrets(await seed(), validityDays, new Date()).server["tls.crt"]);
    await archiveNow(database);
  });

  async function renewed({ server, client }: ReturnType<typeof tlsSecrets>): Promise<void> {
    await apply(
      tlsSecret("barman-cloud-server", { ...server }),
      tlsSecret("barman-cloud-client", { ...client }),
    );
    await untilPresented(server["tls.crt"]);
  }

  async function seed(): Promise<string> {
    const state = z.object({
      deployment: z.object({
        resources: z.array(
          z.object({ urn: z.string(), outputs: z.record(z.string(), z.unknown()).default({}) }),
        ),
      }),
    });
    const exported = await must("workstation", ["pulumi", "stack", "export", "--show-secrets"]);
    const { resources } = state.parse(JSON.parse(exported)).deployment;
    const found = resources.find(({ urn }) => urn.endsWith("-certificate-seed"));
    const { plaintext } = z.object({ plaintext: z.string() }).parse(found?.outputs.result);
    return z.string().parse(JSON.parse(plaintext));
  }
});

/** cert-manager's CRDs are real; what its controller does, this test does. */
inFull.describe("certificates of cert-manager", () => {
  withDatabase();

  const byCertManager = async (isOn: boolean): Promise<void> => {
    await mustPulumi(["config", "set", "--path", key, String(isOn)]);
  };
  const key = "cnpg-rgw:barmanPlugin.certManager.enabled";
  const crds = ["certificates", "issuers"];
  const certificates: [name: string, role: Role][] = [
    ["barman-cloud-server", { dnsName: "barman-cloud", usage: "server" }],
    ["barman-cloud-client", { dnsName: "barman-cloud-client", usage: "client" }],
  ];

  after(async () => {
    await byCertManager(false);
    await pulumi(up);
    const names = crds.map((plural) => `${plural}.cert-manager.io`);
    await on("workstation", ["kubectl", "delete", "crd", ...names, "--ignore-not-found"]);
    const secrets = certificates.map(([name]) => `${name}-tls`);
    await on("workstation", [
      "kubectl",
      "-n",
      namespace,
      "delete",
      "secret",
      ...secrets,
      "--ignore-not-found",
    ]);
  });

  it("are refused where there is no cert-manager", async () => {
    await byCertManager(true);
    const outcome = await pulumi(up);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.all, /no CRD certificates\.cert-manager\.io.*Install cert-manager first/);
  });

  it("are waited for, and operator and plugin use them", async () => {
    await apply(...(await Promise.all(crds.map(certManagerCrd))));
    const running = startPulumi(up);
    const issued = await issue();
    const { code, all } = await running.ended;
    assert.equal(code, 0, all);
    await untilPresented(issued);
    await archiveNow(database);
    await backUp(database, "with-cert-manager");
    await mustPulumi([...up, "--expect-no-changes"]);
  });

  it("are given up for the component's own without a failed archive", async () => {
    const before = await archiver(database);
    await byCertManager(false);
    await writingDuring(database, mustPulumi(up));
    await archiveNow(database);
    assert.equal((await archiver(database)).failed, before.failed);
    assert.equal(await kubectl("-n", namespace, "get", "certificates.cert-manager.io", "-o", "name"), "");
  });

  /** Returns the server's certificate. */
  async function issue(): Promise<string> {
    let ofServer = "";
    for (const [name, role] of certificates) {
      await until({ what: `Certificate ${name} to be made`, timeoutMs: 60_000 }, async () => {
        const outcome = await on("workstation", ["kubectl", "-n", namespace, "get", "certificate", name]);
        return outcome.code === 0 || outcome.all;
      });
      const pair = selfSigned("a seed of this test", role, validityAt(90, new Date()));
      await apply(tlsSecret(`${name}-tls`, { "tls.crt": pair.certificate, "tls.key": pair.privateKey }));
      if (role.usage === "server") ofServer = pair.certificate;
      const conditions = [
        { type: "Ready", status: "True", reason: "Ready", message: "issued", lastTransitionTime: new Date() },
      ];
      const patch = JSON.stringify({ status: { conditions } });
      const what = ["certificate", name, "--subresource=status", "--type=merge", "-p", patch];
      await kubectl("-n", namespace, "patch", ...what);
    }
    return ofServer;
  }
});
