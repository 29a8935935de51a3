/**
 * Major version of PostgreSQL by an image's tag, which CloudNativePG wants to begin with the version, such as
 * `17.6-standard-bookworm`. Nothing where the tag does not tell.
 */
export function postgresMajorOf(imageName: string | undefined): number | undefined {
  // The tag comes after the last slash, since a registry's port has a colon too, and before a digest.
  const file = imageName?.split("@")[0]?.split("/").at(-1);
  const major = /:(\d{1,2})(?![\d_])/.exec(file ?? "")?.[1];
  return major === undefined ? undefined : Number(major);
}

/** As much of a Cluster's spec as says of which version PostgreSQL is to be. */
export interface ImageChoice {
  imageName?: string | undefined;
  imageCatalogRef?: { major: number } | undefined;
}

/** Major version of PostgreSQL that is asked for, of a catalog or by the image's tag. */
export const majorAskedFor = ({ imageName, imageCatalogRef }: ImageChoice): number | undefined =>
  imageCatalogRef?.major ?? postgresMajorOf(imageName);
