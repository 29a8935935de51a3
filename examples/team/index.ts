import * as pulumi from "@pulumi/pulumi";
import { BackupCredentials, PostgresCluster } from "pulumi-cnpg-rgw";

const config = new pulumi.Config();
const platform = new pulumi.StackReference(config.require("platform"));
const ofPlatform = (output: string): pulumi.Output<string> => platform.requireOutput(output).apply(String);

// The platform's bucket and keys, and in it a prefix of the team's own. When the platform gets new keys, run
// `pulumi up` here right after its own: that ends the old ones, and until then no WAL of this database is archived.
const backups = {
  connection: {
    endpoint: ofPlatform("endpoint"),
    region: ofPlatform("region"),
    caBundle: platform.getOutput("caBundle").apply((pem) => (pem === undefined ? undefined : String(pem))),
    accessKeyId: ofPlatform("accessKeyId"),
    secretAccessKey: ofPlatform("secretAccessKey"),
  },
  bucket: ofPlatform("bucket"),
  path: "/team",
};
const namespace = "team";
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
