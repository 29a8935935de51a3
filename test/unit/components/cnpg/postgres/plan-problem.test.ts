import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { planProblem } from "../../../../../components/cnpg/postgres/plan-problem.ts";
import { planOf } from "../../../../../components/cnpg/postgres/plan.ts";
import { fromOrders, inTree, orders } from "./settings.ts";

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
});
