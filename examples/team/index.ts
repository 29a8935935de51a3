import * as pulumi from "@pulumi/pulumi";
import { BackupCredentials, PostgresCluster, platformOf } from "pulumi-cnpg-rgw";

const config = new pulumi.Config();
const { connection, bucket } = platformOf(new pulumi.StackReference(config.require("platform")));
const namespace = "team";

// The platform's bucket and keys, and a prefix of the team's own. After the platform's keys change, run `pulumi up` here
// right away: the old keys have ended, and until then no WAL of this database is archived.
const backups = { connection, bucket, path: "/team" };
const credentials = new BackupCredentials("team", { namespace, createNamespace: true, ...backups });

const orders = new PostgresCluster(
  "orders",
  {
    namespace,
    instances: 1,
    imageName: config.get("image"),
    storage: { size: "1Gi" },
    backup: { store: { ...backups, secretVersion: credentials.secretVersion } },
  },
  { dependsOn: credentials },
);

export const { host, secretName, destinationPath } = orders;
