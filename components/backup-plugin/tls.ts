import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { checked } from "../pulumi/arguments.ts";
import type { TlsSecretNames } from "./deployment.ts";
import { takesBack } from "../kubernetes/owner.ts";
import manifest from "./generated/manifest.json" with { type: "json" };
import { tlsSecrets } from "./renewal.ts";
import { validityDaysRule } from "./rules.ts";

/** The Secrets with the certificates of operator and plugin, and what has to be there before a pod can mount them. */
export interface Tls {
  secretNames: TlsSecretNames;
  resources: pulumi.Resource[];
}

/** Secrets that are made and renewed here. */
export function ownCertificates(
  name: string,
  namespace: pulumi.Output<string>,
  validityDays: pulumi.Input<number | undefined>,
  parent: pulumi.Resource,
): Tls {
  const seed = new random.RandomPassword(
    `${name}-certificate-seed`,
    { length: 64, special: false },
    { parent },
  );
  const days = checked(parent, "certificates.validityDays", validityDays, validityDaysRule);
  const now = new Date();
  const contents = pulumi.secret(
    pulumi.all([seed.result, days]).apply(([known, validity = 3650]) => tlsSecrets(known, validity, now)),
  );
  const secret = (side: "server" | "client") =>
    new k8s.core.v1.Secret(
      `${name}-${side}-tls`,
      {
        // Not the names that cert-manager's have, so that either can follow the other without both writing to one.
        metadata: { name: `barman-cloud-${side}`, namespace, annotations: takesBack },
        type: "kubernetes.io/tls",
        stringData: contents[side],
      },
      { parent },
    );
  const server = secret("server");
  const client = secret("client");
  return {
    secretNames: { server: server.metadata.name, client: client.metadata.name },
    resources: [server, client],
  };
}

/** cert-manager's objects as the plugin's project ships them; cert-manager makes the Secrets. */
export function certManagerCertificates(
  name: string,
  namespace: pulumi.Output<string>,
  parent: pulumi.Resource,
): Tls {
  const { issuer: shipped, serverCertificate, clientCertificate } = manifest;
  const issuer = new k8s.apiextensions.CustomResource(
    `${name}-issuer`,
    { ...shipped, metadata: { ...shipped.metadata, namespace } },
    { parent },
  );
  const certificate = (side: string, { apiVersion, kind, metadata, spec }: typeof clientCertificate) =>
    new k8s.apiextensions.CustomResource(
      `${name}-${side}-certificate`,
      {
        apiVersion,
        kind,
        metadata: {
          ...metadata,
          namespace,
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec,
      },
      { parent, dependsOn: issuer, customTimeouts: { create: "3m", update: "3m" } },
    );
  return {
    secretNames: { server: serverCertificate.spec.secretName, client: clientCertificate.spec.secretName },
    resources: [certificate("server", serverCertificate), certificate("client", clientCertificate)],
  };
}
