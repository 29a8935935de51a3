/** Where the backups of one lineage of a PostgreSQL cluster are. Barman calls a lineage a server. */
export interface ArchiveLocation {
  bucket: string;

  /** `<path>/<cluster>/<serverName>`, of one part or more, without slashes at the ends. */
  prefix: string;
}

/** The prefix that all lineages of a cluster share, empty at the root of a bucket, and the name of this one below it. */
export function lineageParts({ bucket, prefix }: ArchiveLocation): {
  cluster: ArchiveLocation;
  serverName: string;
} {
  const slash = prefix.lastIndexOf("/");
  return {
    cluster: { bucket, prefix: prefix.slice(0, Math.max(slash, 0)) },
    serverName: prefix.slice(slash + 1),
  };
}

export function archiveUrl({ bucket, prefix }: ArchiveLocation): string {
  return prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

/** The place that `s3://BUCKET/…/SERVERNAME` names; undefined if it is none. */
export function parseArchiveUrl(url: string): ArchiveLocation | undefined {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+?)\/?$/.exec(url) ?? [];
  if (bucket === undefined || prefix === undefined || prefix.split("/").includes("")) return undefined;
  return { bucket, prefix };
}

/** What the names of the objects below a prefix begin with. */
export function beginning(prefix: string): string {
  return prefix === "" ? "" : `${prefix}/`;
}
