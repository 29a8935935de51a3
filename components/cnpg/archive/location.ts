/** Where the backups of one lineage of a PostgreSQL cluster are: what barman calls a server. */
export interface ArchiveLocation {
  bucket: string;

  /** `<path>/<cluster>/<serverName>`, without slashes at the ends. */
  prefix: string;
}

/** The prefix that all lineages of a cluster share, and the name of this one below it. */
export function lineageParts({ bucket, prefix }: ArchiveLocation): {
  cluster: ArchiveLocation;
  serverName: string;
} {
  const slash = prefix.lastIndexOf("/");
  return { cluster: { bucket, prefix: prefix.slice(0, slash) }, serverName: prefix.slice(slash + 1) };
}

export function archiveUrl({ bucket, prefix }: ArchiveLocation): string {
  return `s3://${bucket}/${prefix}`;
}
