import { hosts, versions } from "../layout.ts";

/** What the rest of the lab, and a user, may rely on. */
export const apiServer = `https://${hosts.k8s.address}:6443`;
export const nodeName = "k8s";
export const serviceCidr = "10.96.0.0/16";
export const podCidr = "10.244.0.0/24";
export const apiServiceAddress = "10.96.0.1";
export const dnsAddress = "10.96.0.10";
export const storageClass = "lab-local";

/** Images are imported, never pulled: a name under `localhost/` belongs to no registry. */
export const operatorImage = { repository: "localhost/cloudnative-pg", tag: versions.cloudnativePg } as const;
/** The Barman Cloud plugin: its operator, and the container that it puts beside each PostgreSQL. */
export const barmanCloudImages = {
  image: `localhost/plugin-barman-cloud:${versions.barmanCloud}`,
  sidecarImage: `localhost/plugin-barman-cloud-sidecar:${versions.barmanCloud}`,
} as const;
export const postgresImage = `localhost/postgresql:${versions.postgresql}`;
export const corednsImage = `localhost/coredns:${versions.coredns}`;
export const pauseImage = `localhost/pause:${versions.kubernetes}`;

/** A Helm repository on the workstation with the lab's own `cloudnative-pg` chart. */
export const chartRepository = `http://${hosts.workstation.address}:8879`;
