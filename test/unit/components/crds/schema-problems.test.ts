import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { schemaProblems } from "../../../../components/crds/schema-problems.ts";
import type { CrdKind } from "../../../../components/crds/types.ts";

const cluster = (more: object): object => ({ instances: 3, storage: { size: "20Gi" }, ...more });
const objectStore = (more: object): object => ({ configuration: { destinationPath: "s3://b/p", ...more } });

describe("schemaProblems", () => {
  it("says what to write instead of the fragment that goes round", () => {
    const backup = {
      wal: { compression: "gzip" },
      data: { compression: "gzip", jobs: 2 },
      s3Compatible: true,
      barmanObjectStore: {
        destinationPath: "s3://cnpg-backups/homelab/orders",
        s3Credentials: { endpointURL: { name: "cnpg-backup-s3", key: "S3_ENDPOINT" } },
      },
    };
    assert.deepEqual(schemaProblems("Cluster", cluster({ backup })), [
      "spec.backup.wal is not a field of Cluster: write spec.backup.barmanObjectStore.wal, or, with the Barman Cloud " +
        "plugin, spec.configuration.wal of the ObjectStore",
      "spec.backup.data is not a field of Cluster: write spec.backup.barmanObjectStore.data, or, with the Barman " +
        "Cloud plugin, spec.configuration.data of the ObjectStore",
      "spec.backup.s3Compatible is not a field of Cluster: leave it out and set " +
        "spec.backup.barmanObjectStore.endpointURL: that makes it an S3 server of any vendor, addressed path-style",
      "spec.backup.barmanObjectStore.s3Credentials.endpointURL is not a field of Cluster: the endpoint is not a " +
        "credential: write spec.backup.barmanObjectStore.endpointURL, a plain URL such as " +
        '"http://10.0.0.10:7480"',
    ]);
  });

  const table: [string, CrdKind, object, string][] = [
    [
      "a typo",
      "Cluster",
      cluster({ bootstrp: {} }),
      "spec.bootstrp is not a field of Cluster: did you mean spec.bootstrap?",
    ],
    [
      "capitals",
      "ObjectStore",
      objectStore({ endpointUrl: "http://s3" }),
      "spec.configuration.endpointUrl is not a field of ObjectStore: did you mean spec.configuration.endpointURL?",
    ],
    [
      "a typo in a list",
      "Cluster",
      cluster({ externalClusters: [{ name: "a" }, { name: "b", plugins: { name: "x" } }] }),
      "spec.externalClusters[1].plugins is not a field of Cluster: did you mean spec.externalClusters[1].plugin?",
    ],
    [
      "the right name in the wrong place",
      "Cluster",
      cluster({ parameters: { work_mem: "1GB" } }),
      "spec.parameters is not a field of Cluster: did you mean spec.postgresql.parameters?",
    ],
    [
      "the right name one level too high, in a list",
      "Cluster",
      cluster({ externalClusters: [{ name: "a", wal: {} }] }),
      "spec.externalClusters[0].wal is not a field of Cluster: did you mean spec.externalClusters[0].barmanObjectStore.wal?",
    ],
    [
      "the right name in the wrong kind",
      "ScheduledBackup",
      { cluster: { name: "a" }, schedule: "0 0 2 * * *", retentionPolicy: "30d" },
      "spec.retentionPolicy is not a field of ScheduledBackup: there is spec.backup.retentionPolicy of Cluster, and " +
        "spec.retentionPolicy of ObjectStore",
    ],
    [
      "a habit from Deployments",
      "Cluster",
      cluster({ replicas: 2 }),
      "spec.replicas is not a field of Cluster: write spec.instances: the primary and its replicas together",
    ],
    [
      "a bucket of its own",
      "ObjectStore",
      objectStore({ bucket: "b" }),
      "spec.configuration.bucket is not a field of ObjectStore: it is part of spec.configuration.destinationPath: " +
        '"s3://<bucket>/<path>"',
    ],
    [
      "nothing alike",
      "Backup",
      { cluster: { name: "a", uid: "b" } },
      "spec.cluster.uid is not a field of Backup: the fields here are name",
    ],
    [
      "a missing field",
      "ObjectStore",
      { configuration: {} },
      "spec.configuration.destinationPath is missing, and required: a string",
    ],
    [
      "a missing object",
      "ScheduledBackup",
      { schedule: "0 0 2 * * *" },
      "spec.cluster is missing, and required: an object { name }",
    ],
    [
      "a number in quotes",
      "Cluster",
      cluster({ instances: "3" }),
      'spec.instances must be an integer, not "3" (write it without the quotes)',
    ],
    [
      "a day where a time is meant",
      "Cluster",
      cluster({ managed: { roles: [{ name: "app", validUntil: "2027-01-01" }] } }),
      'spec.managed.roles[0].validUntil must be a time such as "2026-11-22T10:00:00Z", not "2027-01-01"',
    ],
    ["half a number", "Cluster", cluster({ instances: 2.5 }), "spec.instances must be an integer, not 2.5"],
    ["too few", "Cluster", cluster({ instances: 0 }), "spec.instances must be at least 1, not 0"],
    [
      "more than 32 bits",
      "Cluster",
      cluster({ startDelay: 2 ** 40 }),
      "spec.startDelay must fit into 32 bits, not 1099511627776",
    ],
    [
      "null",
      "Cluster",
      cluster({ backup: null }),
      "spec.backup must be an object { barmanObjectStore, retentionPolicy, target, volumeSnapshot }, not null " +
        "(leave the field out: the API server silently drops null)",
    ],
    [
      "a number among PostgreSQL's parameters, whose names have dots",
      "Cluster",
      cluster({ postgresql: { parameters: { "pg_stat_statements.max": 1000 } } }),
      'spec.postgresql.parameters["pg_stat_statements.max"] must be a string, not 1000',
    ],
    [
      "a reference where a text belongs",
      "ObjectStore",
      objectStore({ endpointURL: { name: "a", key: "b" } }),
      "spec.configuration.endpointURL must be a string, not an object",
    ],
    [
      "a compression that the base backup cannot have",
      "ObjectStore",
      objectStore({ data: { compression: "zstd" } }),
      'spec.configuration.data.compression must be one of "bzip2", "gzip", "lz4", "snappy", not "zstd"',
    ],
    [
      "a typo in a value",
      "ObjectStore",
      objectStore({ wal: { compression: "zsdt" } }),
      'spec.configuration.wal.compression must be one of "bzip2", "gzip", "lz4", "snappy", "xz", "zstd", not "zsdt": ' +
        'did you mean "zstd"?',
    ],
    [
      "another type than the values",
      "ScheduledBackup",
      { cluster: { name: "a" }, schedule: "0 0 2 * * *", target: true },
      'spec.target must be one of "primary", "prefer-standby", not true',
    ],
    [
      "retention in words",
      "ObjectStore",
      { ...objectStore({}), retentionPolicy: "30 days" },
      'spec.retentionPolicy must be a number of days, weeks or months such as "30d", "4w" or "6m", not "30 days"',
    ],
    [
      "a quantity",
      "Cluster",
      cluster({ resources: { requests: { cpu: "1 core" } } }),
      'spec.resources.requests.cpu must be a quantity such as 2, "500m" or "1Gi", not "1 core"',
    ],
    [
      "an empty text",
      "ObjectStore",
      { configuration: { destinationPath: "" } },
      "spec.configuration.destinationPath must not be empty",
    ],
    [
      "a rule of the CRD",
      "ObjectStore",
      objectStore({ serverName: "orders" }),
      "spec.configuration.serverName: use the 'serverName' plugin parameter in the Cluster resource",
    ],
    [
      "a rule about two fields",
      "Cluster",
      cluster({
        imageName: "a",
        imageCatalogRef: { apiGroup: "postgresql.cnpg.io", kind: "ImageCatalog", name: "a", major: 18 },
      }),
      "spec: imageName and imageCatalogRef are mutually exclusive",
    ],
  ];
  for (const [what, kind, spec, problem] of table) {
    it(`reports ${what}`, () => {
      assert.deepEqual(schemaProblems(kind, spec), [problem]);
    });
  }

  it("reports what is no object at all", () => {
    assert.deepEqual(schemaProblems("Cluster", undefined), ["spec must be an object, not undefined"]);
    assert.deepEqual(schemaProblems("Cluster", []), ["spec must be an object, not an empty array"]);
  });

  it("takes defaults of the CRD for given, and undefined for absent", () => {
    assert.deepEqual(schemaProblems("Cluster", cluster({ backup: undefined })), []);
    assert.deepEqual(
      schemaProblems("Cluster", cluster({ plugins: [{ name: "barman-cloud.cloudnative-pg.io" }] })),
      [],
    );
  });

  it("shows no value where one may be secret", () => {
    const spec = cluster({
      instances: "sk-1",
      postgresql: { parameters: { a: 17 } },
      primaryUpdateMethod: "sk-2",
    });
    const problems = schemaProblems("Cluster", spec, { showValues: false });
    assert.equal(problems.length, 3);
    assert.doesNotMatch(problems.join("\n"), /sk-|17/);
  });
});
