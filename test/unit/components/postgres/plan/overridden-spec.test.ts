import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { planProblem } from "../../../../../components/postgres/plan/overridden-spec.ts";
import { planOf } from "../../../../../components/postgres/plan/plan.ts";
import { fromOrders, inTree, orders } from "../settings.ts";

const barman = "barman-cloud.cloudnative-pg.io";

function problemWith(spec: object, more: object = {}): string | undefined {
  const settings = { ...orders, ...more, spec };
  return planProblem(settings, planOf(settings));
}
const plugin = (more: object) => ({ plugins: [{ name: barman, ...more }] });
const store = (more: object) => ({ backup: { barmanObjectStore: more } });
const ofTree = { backup: inTree };

describe("a user's part of the Cluster's spec", () => {
  it("may be anything beside what archives", () => {
    for (const recovery of [undefined, fromOrders]) {
      for (const backup of [orders.backup, inTree]) {
        const spec = { plugins: [{ name: "other" }], env: [{ name: "TZ", value: "UTC" }], logLevel: "debug" };
        assert.equal(problemWith(spec, { recovery, backup }), undefined);
      }
    }
    assert.equal(
      problemWith(plugin({ enabled: true, parameters: { barmanObjectName: "orders" } })),
      undefined,
    );
    assert.equal(problemWith(store({ wal: { encryption: "AES256" } }), ofTree), undefined);
  });

  const refused: [string, string | undefined][] = [
    [
      `spec.plugins[${barman}].isWALArchiver to be true, and it is false`,
      problemWith(plugin({ isWALArchiver: false })),
    ],
    [`spec.plugins[${barman}].isWALArchiver to be true, and it is missing`, problemWith({ plugins: null })],
    [
      `spec.plugins[${barman}].isWALArchiver to be true, and it is missing`,
      problemWith({ plugins: ["other"] }),
    ],
    [`spec.plugins[${barman}].enabled to be true, and it is false`, problemWith(plugin({ enabled: false }))],
    [
      `spec.plugins[${barman}].parameters.serverName to be "orders", and it is "theirs"`,
      problemWith(plugin({ parameters: { serverName: "theirs" } })),
    ],
    [
      `spec.plugins[${barman}].parameters.barmanObjectName to be "orders", and it is "x"`,
      problemWith(plugin({ parameters: { barmanObjectName: "x" } })),
    ],
    [
      'spec.backup.barmanObjectStore.destinationPath to be "s3://cnpg-backups/lab/orders", and it is "s3://x"',
      problemWith(store({ destinationPath: "s3://x" }), ofTree),
    ],
    ["spec.backup.barmanObjectStore.destinationPath", problemWith({ backup: null }, ofTree)],
    ['serverName to be "orders", and it is "x"', problemWith(store({ serverName: "x" }), ofTree)],
    [
      'its recovery needs spec.bootstrap.recovery.source to be "origin", and it is "x"',
      problemWith({ bootstrap: { recovery: { source: "x" } } }, { recovery: fromOrders }),
    ],
    ["spec.bootstrap.recovery.source", problemWith({ bootstrap: null }, { recovery: fromOrders })],
    [
      'spec.externalClusters[origin].plugin.parameters.barmanObjectName to be "orders-origin", and it is "x"',
      problemWith(
        { externalClusters: [{ name: "origin", plugin: { parameters: { barmanObjectName: "x" } } }] },
        { recovery: fromOrders },
      ),
    ],
    [
      "spec.externalClusters[origin].plugin.enabled to be true, and it is false",
      problemWith(
        { externalClusters: [{ name: "origin", plugin: { enabled: false } }] },
        { recovery: fromOrders },
      ),
    ],
    [
      'spec.externalClusters[origin].barmanObjectStore.serverName to be "orders", and it is "x"',
      problemWith(
        { externalClusters: [{ name: "origin", barmanObjectStore: { serverName: "x" } }] },
        { ...ofTree, recovery: fromOrders },
      ),
    ],
  ];
  for (const [says, problem] of refused) {
    it(`is refused: ${says}`, () => {
      assert.ok(problem);
      assert.ok(problem.startsWith("Database shop/orders: its "), problem);
      assert.ok(problem.includes(says), problem);
      assert.match(problem, /Take that out of spec: /);
    });
  }

  it("is refused where its ObjectStore has another place", () => {
    const elsewhere = (configuration: object) => ({
      backup: { ...orders.backup, objectStore: { configuration } },
    });
    assert.match(
      problemWith({}, elsewhere({ destinationPath: "s3://cnpg-backups/all" })) ?? "",
      /^Database shop\/orders: its backups need backup\.objectStore\.configuration\.destinationPath to be "s3:\/\/cnpg-backups\/lab\/orders", and it is "s3:\/\/cnpg-backups\/all"\. Take that out/,
    );
    assert.equal(problemWith({}, elsewhere({ historyTags: { team: "a" } })), undefined);
  });

  it("is refused with what the image's barman does not know, or an image without barman", () => {
    const lz4 = { data: { compression: "lz4" } };
    assert.match(
      problemWith(store(lz4), ofTree) ?? "",
      /^Database shop\/orders: spec\.backup\.barmanObjectStore\.data\.compression must be one of .* not "lz4"$/,
    );
    const minimal = { imageName: "ghcr.io/cloudnative-pg/postgresql:18-minimal-trixie" };
    assert.match(problemWith(minimal, ofTree) ?? "", /spec\.imageName must be an image with barman-cloud/);
    assert.equal(problemWith(minimal), undefined);
  });

  it("is refused with another start than the arguments say, and what to use is said", () => {
    const starts: [bootstrap: object, more: object, says: RegExp][] = [
      [
        { recovery: { backup: { name: "b" } } },
        {},
        /recovery\.backup names an object .*recovery\.backupId to its id: kubectl/,
      ],
      [{ recovery: { source: "x" } }, {}, /bootstrap\.recovery is what the argument recovery is for/],
      [{ recovery: { volumeSnapshots: {} } }, {}, /volumeSnapshots starts from snapshots/],
      [
        { pg_basebackup: { source: "x" } },
        {},
        /pg_basebackup copies a running server.*recovery\.archive.*initdb\.import/,
      ],
      [{ initdb: { database: "x" } }, { recovery: fromOrders }, /initdb makes an empty database/],
      [{ recovery: { backup: { name: "b" } } }, { recovery: fromOrders }, /recovery\.backup names an object/],
      [{ pg_basebackup: { source: "x" } }, { recovery: fromOrders }, /pg_basebackup copies/],
    ];
    for (const [bootstrap, more, says] of starts) assert.match(problemWith({ bootstrap }, more) ?? "", says);
    const own = [
      { more: {}, bootstrap: { initdb: { postInitSQL: ["select 1"], import: { type: "microservice" } } } },
      { more: {}, bootstrap: { recovery: null } },
      { more: { recovery: fromOrders }, bootstrap: { recovery: { recoveryTarget: { exclusive: true } } } },
    ];
    for (const { more, bootstrap } of own) assert.equal(problemWith({ bootstrap }, more), undefined);
  });

  it("is refused with an argument of barman's that has a blank in it, and the right one is said", () => {
    const inStore = (part: "data" | "wal", list: string, ...entries: unknown[]) => ({
      backup: { ...orders.backup, objectStore: { configuration: { [part]: { [list]: entries } } } },
    });
    const wrong: [entry: string, written: string][] = [
      ["--read-timeout 60", 'write "--read-timeout=60".'],
      [" --read-timeout=60", 'write "--read-timeout=60".'],
      ["--a 1  --b=2", 'write "--a=1", "--b=2", each an entry of its own.'],
      ["--tags k,v l,w", 'write "--tags", "k,v", "l,w", each an entry of its own.'],
      ["-J 4", 'write "-J", "4", each an entry of its own.'],
    ];
    for (const [entry, written] of wrong) {
      const problem = problemWith({}, inStore("wal", "archiveAdditionalCommandArgs", "--x", entry)) ?? "";
      assert.ok(
        problem.includes("backup.objectStore.configuration.wal.archiveAdditionalCommandArgs has "),
        problem,
      );
      assert.ok(problem.endsWith(written), problem);
    }
    assert.match(
      problemWith(store({ data: { additionalCommandArgs: ["--read-timeout 60"] } }), ofTree) ?? "",
      /spec\.backup\.barmanObjectStore\.data\.additionalCommandArgs has "--read-timeout 60"/,
    );
    const right = ["--read-timeout=60", "--read-timeout", "60", "--tag=team,the a team", "-v", ""];
    assert.equal(problemWith({}, inStore("data", "additionalCommandArgs", ...right)), undefined);
  });
});
