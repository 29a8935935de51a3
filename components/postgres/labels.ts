export const postgresClusterType = "cnpg-rgw:cnpg:PostgresCluster";

/** Label of a Cluster that the engine is not to delete. */
export const protectedLabel = "cnpg-rgw/protected";
