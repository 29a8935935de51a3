import { type FieldPath, nearestPlaces, placesOf, written } from "./field-path.ts";
import { schemas } from "./schema.ts";
import type { CrdKind } from "./types.ts";

/** What people copy from each other, or know from other tools; no likeness of names leads from it to what is right. */
export function copiedField(kind: CrdKind, parent: FieldPath, field: string): string | undefined {
  if (kind === "Cluster" && parent.length === 0) return ofCluster[field];
  if (kind === "Cluster" && parent.join() === "backup" && (field === "wal" || field === "data")) {
    return `write ${nearest(kind, parent, field)}, or, with the Barman Cloud plugin, spec.configuration.${field} of the ObjectStore`;
  }
  if (kind === "ScheduledBackup") return field === "cron" ? "write spec.schedule" : undefined;
  return ofObjectStore(kind, parent, field);
}

const postgresImage = 'write spec.imageName, such as "ghcr.io/cloudnative-pg/postgresql:18"';

const ofCluster: Record<string, string | undefined> = {
  replicas: "write spec.instances: the primary and its replicas together",
  image: postgresImage,
  version: postgresImage,
  schedule: "the schedule is spec.schedule of a ScheduledBackup",
};

function ofObjectStore(kind: CrdKind, parent: FieldPath, field: string): string | undefined {
  const inside = String(parent.at(-1));
  if (field === "endpointURL" && inside === "s3Credentials") {
    return `the endpoint is not a credential: write ${nearest(kind, parent, field)}, a plain URL such as "http://10.0.0.10:7480"`;
  }
  if (/^(s3Compatible|(s3)?(force|use)PathStyle)$/i.test(field)) {
    return `leave it out and set ${nearest(kind, parent, "endpointURL")}: that makes it an S3 server of any vendor, addressed path-style`;
  }
  if (/^(bucket|bucketName|path|prefix)$/.test(field) && /^(barmanObjectStore|configuration)$/.test(inside)) {
    return `it is part of ${written([...parent, "destinationPath"])}: "s3://<bucket>/<path>"`;
  }
  return undefined;
}

function nearest(kind: CrdKind, parent: FieldPath, field: string): string {
  const [place = []] = nearestPlaces(placesOf(schemas[kind], field), parent);
  return written(place);
}
