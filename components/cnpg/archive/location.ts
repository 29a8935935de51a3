/** Where the backups of one lineage of a PostgreSQL cluster are: what barman calls a server. */
export interface ArchiveLocation {
  bucket: string;

  /** `<path>/<cluster>/<serverName>`, without slashes at the ends. */
  prefix: string;
}

export function archiveUrl({ bucket, prefix }: ArchiveLocation): string {
  return `s3://${bucket}/${prefix}`;
}
