import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { drilledDatabases, givenReadOnlyKeys } from "../../../config/drill-args.ts";
import { anyS3, parsed, refusal, secrets } from "./fixtures.ts";

const encrypted = [...secrets, "drillAccessKeyId", "drillSecretAccessKey", "drillHeartbeatUrl"];
const database = (name: string, more: object = {}): object => ({
  ...{ name, namespace: "shop", storage: { size: "1Gi" } },
  ...more,
});
const config = (databases: object[], more: object = {}): Record<string, unknown> => ({
  ...{ ...anyS3, namespaces: ["shop"], databases },
  ...more,
});
const drilled = (values: Record<string, unknown>): string[] =>
  drilledDatabases(parsed(values, encrypted)).map(({ name }) => name);

describe("restore drills in the config", () => {
  it("are on for each database that the plugin backs up, unless one says otherwise", () => {
    const barman = { backup: { method: "barmanObjectStore" }, imageName: "x/postgresql:17.5-system-trixie" };
    const databases = [
      database("orders"),
      database("stock", { drill: { enabled: false } }),
      database("old", barman),
      database("late", { drill: { schedule: "30 4 * * 0", checks: { pages: "full" } } }),
    ];
    assert.deepEqual(drilled(config(databases)), ["orders", "late"]);
    assert.deepEqual(drilled(config(databases, { drills: { enabled: false } })), []);
  });

  it("refuse a drill that cannot be, with the command that mends it", () => {
    const rows: [object, object, RegExp][] = [
      [{ schedule: "0 30 4 * * 0" }, {}, /databases\[0\]\.drill\.schedule must be five fields/],
      [{ moment: "yesterday" }, {}, /drill\.moment must be one of latest, random/],
      [{ enabled: true }, { backup: { method: "barmanObjectStore" } }, /drill restores by the plugin/],
      [{ deadlineSecond: 600 }, {}, /did you mean cnpg-rgw:databases\[0\]\.drill\.deadlineSeconds/],
    ];
    for (const [drill, more, message] of rows) {
      assert.match(refusal(config([database("orders", { drill, ...more })]), encrypted), message);
    }
  });

  it("take keys that can only read, both halves, encrypted, and not those that write", () => {
    const drillKeys = { drillAccessKeyId: "AKDRILL", drillSecretAccessKey: "another-secret-key" };
    assert.ok(givenReadOnlyKeys(parsed(config([], drillKeys), encrypted)));
    assert.equal(givenReadOnlyKeys(parsed(config([]), encrypted)), undefined);
    assert.match(
      refusal(config([], { drillAccessKeyId: "AKDRILL" }), encrypted),
      /drillSecretAccessKey is missing/,
    );
    assert.match(refusal(config([], { ...drillKeys, drillAccessKeyId: "AK" }), encrypted), /which can write/);
    assert.match(refusal(config([], drillKeys)), /drillAccessKeyId is a secret, but is not encrypted/);
  });
});
