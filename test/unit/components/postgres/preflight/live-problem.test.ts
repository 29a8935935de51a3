import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import type { LiveCluster, PresentCluster } from "../../../../../components/postgres/cluster/live-cluster.ts";
import {
  type ImageChoice,
  majorAskedFor,
  postgresMajorOf,
} from "../../../../../components/postgres/cluster/postgres-major.ts";
import {
  type PlannedCluster,
  liveProblem as problemOf,
} from "../../../../../components/postgres/preflight/live-problem.ts";
import { type Bootstrap, bootstrapOf } from "../../../../../components/postgres/cluster/bootstrap.ts";
import { billionthsOf } from "../../../../../components/kubernetes/quantity.ts";

const live: PresentCluster = {
  state: "present",
  namespace: "shop",
  name: "orders",
  isBeingDeleted: false,
  instances: 3,
  storageSize: "20Gi",
  walStorageSize: "5Gi",
  serverName: "orders",
  method: "plugin",
  imageName: "ghcr.io/cloudnative-pg/postgresql:17.6",
  postgresMajor: 17,
};
type Choice = Omit<PlannedCluster, "majorAskedFor"> & ImageChoice;
const liveProblem = (planned: Choice, now: LiveCluster): string | undefined =>
  problemOf({ ...planned, majorAskedFor: majorAskedFor(planned) }, now);
const same: Choice = {
  storageSize: "20Gi",
  walStorageSize: "5Gi",
  serverName: "orders",
  imageName: "ghcr.io/cloudnative-pg/postgresql:17.6",
};

const catalog = (major: number): Partial<Choice> => ({
  imageName: undefined,
  imageCatalogRef: { major },
});

describe("liveProblem", () => {
  it("refuses what a running database cannot become, and says what to do instead", () => {
    const cases: [Partial<Choice>, RegExp][] = [
      [
        { storageSize: "19Gi" },
        /the storage is 20Gi and cannot shrink to 19Gi.* Keep 20Gi; .*recover into a new database/,
      ],
      [{ storageSize: "20G" }, /cannot shrink to 20G,/],
      [
        { walStorageSize: undefined },
        /WAL volume of 5Gi, and CloudNativePG cannot take that away\. Keep walStorage/,
      ],
      [{ walStorageSize: "1Gi" }, /WAL volume is 5Gi and cannot shrink to 1Gi/],
      [
        { serverName: "orders-2" },
        /archives as "orders", and the plan says "orders-2".* Keep serverName "orders"/,
      ],
      [
        { imageName: "localhost/postgresql:18.1" },
        /PostgreSQL 18 .* needs a place of its own in the archive.* such as "orders-pg18"\. What is archived as "orders" stays/,
      ],
      [{ imageName: "localhost/postgresql:16" }, /PostgreSQL 17, which PostgreSQL 16 .* cannot read/],
      [
        catalog(18),
        /PostgreSQL 18 \(an image of the catalog\) needs a place of its own.* such as "orders-pg18"/,
      ],
      [catalog(16), /PostgreSQL 17, which PostgreSQL 16 \(an image of the catalog\) cannot read/],
    ];
    for (const [change, message] of cases) {
      const problem = liveProblem({ ...same, ...change }, live) ?? "";
      assert.match(problem, /^Database shop\/orders: /);
      assert.match(problem, message);
    }
  });

  it("names all problems at once", () => {
    const problem = liveProblem({ storageSize: "1Gi" }, live) ?? "";
    assert.match(problem, /storage is 20Gi/);
    assert.match(problem, /WAL volume of 5Gi/);
  });

  it("lets pass what can be done, and what cannot be told", () => {
    const fine: Partial<Choice>[] = [
      {},
      { storageSize: "20480Mi" },
      { storageSize: "21Gi", walStorageSize: "5.5Gi" },
      { serverName: undefined },
      { imageName: "ghcr.io/cloudnative-pg/postgresql:18.1", serverName: "orders-pg18" },
      { imageName: "ghcr.io/cloudnative-pg/postgresql:18.1", serverName: undefined },
      { imageName: "registry/own:stable" },
      catalog(17),
      { ...catalog(18), serverName: "orders-pg18" },
    ];
    for (const change of fine) assert.equal(liveProblem({ ...same, ...change }, live), undefined);
    assert.equal(liveProblem(same, { ...live, walStorageSize: undefined }), undefined);
    assert.equal(liveProblem({ storageSize: "1Mi" }, { state: "absent" }), undefined);
    assert.equal(liveProblem({ storageSize: "1Mi" }, { state: "unknown" }), undefined);
  });
});

describe("an upgrade that has not ended", () => {
  const under = { ...live, serverName: "orders-pg18", imageName: "postgresql:18.1", majorAskedFor: 18 };
  const planned = (change: Partial<Choice>) =>
    liveProblem({ ...same, serverName: "orders-pg18", ...change }, under);

  it("goes on as it was, with another image of the same version, or back to the version of its data", () => {
    for (const imageName of ["postgresql:18.1", "postgresql:18.2", "postgresql:17.6"]) {
      assert.equal(planned({ imageName }), undefined);
    }
  });

  it("needs yet another place for a version that is newer still", () => {
    assert.match(planned({ imageName: "postgresql:19.0" }) ?? "", /such as "orders-pg19"/);
    const again = { ...under, majorAskedFor: 17 };
    assert.match(
      liveProblem({ ...same, serverName: "orders-pg18", imageName: "postgresql:18.1" }, again) ?? "",
      /such as "orders-pg18-2"/,
    );
  });
});

describe("what a database began with", () => {
  const empty: Bootstrap = {
    recoveredFrom: undefined,
    targetTime: undefined,
    backupId: undefined,
    database: "app",
    owner: "app",
  };
  const recovered = { ...empty, recoveredFrom: "orders" };
  const begins = (planned: Bootstrap | undefined, was: Bootstrap | undefined, holdsNothing = false) =>
    liveProblem({ ...same, bootstrap: planned }, { ...live, bootstrap: was, holdsNothing });

  it("cannot be changed, which would be passed over", () => {
    const cases: [Bootstrap, Bootstrap, RegExp][] = [
      [
        recovered,
        empty,
        /: it was made empty, and the plan says recovered from "orders"\. This only applies when a Cluster is created\. Revert it, or/,
      ],
      [
        { ...recovered, targetTime: "2026-11-22T10:00:00Z" },
        recovered,
        /it was recovered from "orders", and the plan says recovered from "orders" to 2026-11-22T10:00:00Z\./,
      ],
      [{ ...recovered, backupId: "20261122T020000" }, recovered, /with backup 20261122T020000\./],
      [{ ...recovered, recoveredFrom: "orders-2" }, recovered, /plan says recovered from "orders-2"\./],
      [{ ...empty, database: "sales" }, empty, /its database is "app", and the plan says "sales"\./],
      [{ ...empty, owner: "clerk" }, recovered, /its owner is "app", and the plan says "clerk"\./],
      [
        empty,
        { ...recovered, database: "sales", owner: "clerk" },
        /\. Set database\.name to "sales" and database\.owner to "clerk", or add a new database/,
      ],
    ];
    for (const [planned, was, message] of cases) {
      const problem = begins(planned, was) ?? "";
      assert.match(problem, message);
      assert.doesNotMatch(problem, /delete/, "it may be full");
    }
  });

  it("may be another where the Cluster certainly holds nothing: that is deleted first", () => {
    assert.match(
      begins(recovered, empty, true) ?? "",
      /it never had an instance, and holds nothing\. kubectl -n shop delete clusters\.postgresql\.cnpg\.io orders; then/,
    );
  });

  it("may be as it was, without the recovery of then, or of another kind", () => {
    const pairs: [Bootstrap | undefined, Bootstrap | undefined][] = [
      [empty, empty],
      [recovered, recovered],
      [empty, recovered],
      [undefined, recovered],
      [recovered, undefined],
    ];
    for (const [planned, was] of pairs) assert.equal(begins(planned, was), undefined);
  });

  it("is read from a Cluster's spec", () => {
    const recovery = {
      source: "origin",
      database: "app",
      owner: "app",
      recoveryTarget: { targetTime: "2026-11-22T10:00:00Z" },
    };
    const from = (source: object) =>
      bootstrapOf({ bootstrap: { recovery }, externalClusters: [{ name: "origin", ...source }] });
    const expected = { ...recovered, targetTime: "2026-11-22T10:00:00Z" };
    assert.deepEqual(from({ plugin: { parameters: { serverName: "orders" } } }), expected);
    assert.deepEqual(from({ barmanObjectStore: { serverName: "orders" } }), expected);
    assert.equal(from({}), undefined);
    assert.deepEqual(bootstrapOf({ bootstrap: { initdb: { database: "app", owner: "app" } } }), empty);
    assert.equal(bootstrapOf({ bootstrap: {} }), undefined);
    assert.equal(bootstrapOf({}), undefined);
  });
});

describe("billionthsOf", () => {
  it("reads what Kubernetes reads", () => {
    const cases: [string, bigint | undefined][] = [
      ["1.5Gi", 1_610_612_736n * 10n ** 9n],
      ["1e3", 10n ** 12n],
      ["1E", 10n ** 27n],
      ["100m", 10n ** 8n],
      ["1n", 1n],
      ["1e-12", 1n],
      [".5", 5n * 10n ** 8n],
      ["-1", -(10n ** 9n)],
      ["", undefined],
      [".", undefined],
      ["10GB", undefined],
      ["1 Gi", undefined],
      ["1kI", undefined],
    ];
    for (const [quantity, expected] of cases) assert.equal(billionthsOf(quantity), expected, quantity);
  });

  it("keeps the order of any two sizes, whatever their units", () => {
    const units: [string, number][] = [
      ["", 1],
      ["k", 1e3],
      ["M", 1e6],
      ["G", 1e9],
      ["Ki", 2 ** 10],
      ["Mi", 2 ** 20],
      ["Gi", 2 ** 30],
    ];
    const size = fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(...units));
    fc.assert(
      fc.property(size, size, ([n, [unit, factor]], [m, [other, otherFactor]]) => {
        const [a, b] = [billionthsOf(`${n}${unit}`), billionthsOf(`${m}${other}`)];
        assert.ok(a !== undefined && b !== undefined);
        assert.equal(a < b, n * factor < m * otherFactor);
        assert.equal(a === b, n * factor === m * otherFactor);
      }),
    );
  });
});

describe("postgresMajorOf", () => {
  it("reads the tag, where it is a version", () => {
    const cases: [string | undefined, number | undefined][] = [
      ["ghcr.io/cloudnative-pg/postgresql:17.6-standard-bookworm", 17],
      ["ghcr.io/cloudnative-pg/postgresql:18@sha256:0123", 18],
      ["registry:5000/postgresql:16-7", 16],
      ["registry:5000/postgresql", undefined],
      ["postgresql:latest", undefined],
      ["postgresql:20250101", undefined],
      ["postgresql@sha256:17", undefined],
      [undefined, undefined],
    ];
    for (const [image, major] of cases) assert.equal(postgresMajorOf(image), major, image);
  });
});
