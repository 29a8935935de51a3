import * as pulumi from "@pulumi/pulumi";
import {
  BackupBucket,
  BackupCredentials,
  PostgresCluster,
  RgwUser,
  RgwUserKeyRevocation,
  smokeCheck,
} from "pulumi-cnpg-rgw";

const config = new pulumi.Config();
const namespace = "team-a";

// The team's own user. Its account on the Ceph host may manage this user and no other.
const ceph = {
  host: {
    address: config.require("cephHostAddress"),
    user: config.require("cephHostUser"),
    hostKey: config.require("cephHostKey"),
    privateKey: config.requireSecret("cephHostPrivateKey"),
  },
  radosgwAdmin: "sudo radosgw-admin",
  uid: config.require("uid"),
};
const user = new RgwUser("user", {
  ...ceph,
  // To change keys, set another text, such as the date. The old keys work until the new ones are everywhere.
  keyRotation: config.get("keyRotation"),
  otherKeys: "leave",
  // The bucket outlives the stack, and needs its owner.
  onDelete: "keep",
});

// The team's own bucket, and proof that the keys work in it.
const connection = {
  endpoint: config.require("endpoint"),
  region: config.get("region"),
  caBundle: config.get("caBundle"),
  accessKeyId: user.accessKeyId,
  secretAccessKey: user.secretAccessKey,
};
const { bucket } = new BackupBucket("bucket", { connection, bucket: config.require("bucket") });
const proven = smokeCheck({ connection, bucket, path: "/" });
const backups = { connection, bucket: proven.bucket, path: proven.path };

const credentials = new BackupCredentials("credentials", { namespace, createNamespace: true, ...backups });
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

// Old keys end once the database has the new ones.
new RgwUserKeyRevocation(
  "old-keys",
  { ...ceph, accessKeyId: user.accessKeyId, ownerId: user.ownerId },
  { dependsOn: [credentials, orders] },
);

export const { host, secretName, destinationPath } = orders;
