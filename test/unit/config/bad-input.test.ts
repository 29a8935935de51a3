import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "mocha";

import fc from "fast-check";

import { asciiJson } from "../../../components/pulumi/arguments.ts";
import { partsOf } from "../../../config/commands.ts";
import type { KeyPath } from "../../../config/paths.ts";
import { cephRows } from "./bad-input/ceph.ts";
import { databaseRows } from "./bad-input/databases.ts";
import { unknownKeyRows } from "./bad-input/keys.ts";
import { kubernetesRows } from "./bad-input/kubernetes.ts";
import type { Row } from "./bad-input/row.ts";
import { s3Rows } from "./bad-input/s3.ts";
import { anyS3, ceph, keys, parsed, privateKey, refusal, secrets } from "./fixtures.ts";

const rows: Row[] = [...s3Rows, ...cephRows, ...kubernetesRows, ...databaseRows, ...unknownKeyRows];
const base = { ceph, s3: anyS3 };

describe("bad input: the error names the key, what is allowed, and the command that solves it", () => {
  for (const { what, on, given, key, says, fix, problems = 1 } of rows) {
    it(what, () => {
      const started = performance.now();
      const message = refusal({ ...base[on], ...given });
      assert.ok(performance.now() - started < 5_000, "took too long");
      const count = problems === 1 ? "a problem" : `${problems} problems`;
      assert.ok(message.startsWith(`The config of stack lab has ${count}:\n\n`), message);
      assert.ok(message.includes(`\n  cnpg-rgw:${key} `), message);
      assert.ok(message.includes(says), message);
      assert.ok(message.includes(`\n      ${fix}`), message);
    });
  }
});

describe("bad input: the error as a whole", () => {
  it("has every problem of the config, counted", () => {
    const message = refusal({ endpoint: "nowhere", bucket: "B", namespaces: ["a", "a"], regoin: "x" });
    assert.match(message, /^The config of stack lab has 6 problems:/);
    assert.equal(message.match(/^ {6}pulumi config /gm)?.length, 6);
  });

  it("leaves none out, whichever come together", () => {
    const byThemselves = rows.filter(
      ({ on, given, key, says }) =>
        key.startsWith(Object.keys(given)[0] ?? "") && (on === "ceph" || !says.includes("cnpg-rgw:")),
    );
    const oneEach = [...new Map(byThemselves.map((row) => [Object.keys(row.given)[0], row])).values()];
    assert.ok(oneEach.length > 20);
    const together = fc.uniqueArray(fc.constantFrom(...oneEach), { minLength: 2 });
    fc.assert(
      fc.property(together, (some) => {
        const given = Object.fromEntries(some.flatMap((row) => Object.entries(row.given).slice(0, 1)));
        const message = refusal({ ...ceph, ...keys, ...given });
        for (const { key } of some) assert.ok(message.includes(`\n  cnpg-rgw:${key} `), `${key}: ${message}`);
      }),
    );
  });

  it("refuses a secret that stands in the clear", () => {
    const message = refusal(anyS3, ["accessKeyId"]);
    assert.match(message, /cnpg-rgw:secretAccessKey is a secret, but is not encrypted/);
    assert.doesNotMatch(message, /accessKeyId (is|must)/);
  });
});

describe("bad input: encrypted databases", () => {
  const orders = { name: "orders", namespace: "shop", storage: { size: "20Gi" }, spec: { note: "hunter2" } };
  const config = { ...anyS3, namespaces: ["shop"], databases: [orders] };

  it("are refused, for they would stand in the clear in the state and in the cluster", () => {
    const message = refusal(config, [...secrets, "databases"]);
    assert.match(
      message,
      /^The config of stack lab has a problem:\n\n {2}cnpg-rgw:databases has an encrypted value/,
    );
    assert.match(message, /Keep passwords in Secrets, .* without --secret\n {6}edit the key in /);
    assert.doesNotMatch(message, /hunter2/);
  });

  it("are no problem where there are none", () => {
    assert.deepEqual(parsed({ ...anyS3, databases: [] }, [...secrets, "databases"]).databases, []);
    assert.equal(parsed(config).databases.length, 1);
  });
});

/** Every place that a value can have in the config. */
function placesBelow(path: KeyPath): KeyPath[] {
  const inside = partsOf(path).map((name) => [...path, name]);
  const entries = path.length > 0 && partsOf([...path, 0]).length > 0 ? [[...path, 0]] : [];
  return [...inside, ...entries].flatMap((inner) => [inner, ...placesBelow(inner)]);
}

function configWith(path: KeyPath, value: unknown): Record<string, unknown> {
  const [key, ...rest] = path;
  const inner = rest.reduceRight<unknown>(
    (held, part) => (typeof part === "number" ? [held] : { [String(part)]: held }),
    value,
  );
  return { [String(key)]: inner };
}

describe("bad input: no secret is shown", () => {
  const places = placesBelow([]);
  const place = fc.constantFrom(...places, ["unknown"], ["operator", "values", "image", "unknown"]);
  const random = fc.nat().map((seed) => createHash("sha256").update(String(seed)).digest());
  const shapes: ((bytes: Buffer) => unknown)[] = [
    (bytes) => bytes.toString("base64").slice(0, 40),
    (bytes) => bytes.toString("hex"),
    (bytes) => ({ name: "x", token: bytes.toString("base64") }),
    (bytes) => [bytes.toString("hex")],
    (bytes) => `https://me:${bytes.toString("base64")}@s3.example.org`,
    (bytes) => `http://10.0.0.10/?X-Amz-Signature=${bytes.toString("hex")}`,
    (bytes) => privateKey.replace("b3Bl", bytes.toString("base64")),
  ];

  /** No 12 characters in a row of the secret, which is random, are in the message, escaped or not. */
  function assertUnseen(
    message: string,
    bytes: Buffer,
    disguise: (text: string) => string = (text) => text,
  ): void {
    for (const text of [bytes.toString("base64").slice(0, 40), bytes.toString("hex")]) {
      const secret = disguise(text);
      for (const form of [secret, asciiJson(JSON.stringify(secret)).slice(1, -1)]) {
        for (let at = 0; at + 12 <= form.length; at += 1)
          assert.ok(!message.includes(form.slice(at, at + 12)), message);
      }
    }
  }

  it("wherever a key is pasted to, in the clear", () => {
    assert.ok(places.length > 30);
    fc.assert(
      fc.property(place, random, fc.constantFrom(...shapes), (path, bytes, shape) => {
        const values = { ...ceph, ...configWith(path, shape(bytes)), ["no-such-key"]: "x" };
        assertUnseen(refusal(values), bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of an encrypted key, whatever it looks like", () => {
    const disguises = ["", "'", '"', "\\", "\n", "\u200b", "ü", " ", "/", "."];
    fc.assert(
      fc.property(place, random, fc.constantFrom(...disguises), (path, bytes, between) => {
        const disguise = (text: string) => text.split("").join(between);
        const secret = disguise(bytes.toString("hex"));
        const values = { ...ceph, ...configWith(path, secret), ["no-such-key"]: "x" };
        assertUnseen(refusal(values, [...secrets, String(path[0])]), bytes, disguise);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of an encrypted list, in what is said about two entries", () => {
    const message = refusal({ ...anyS3, namespaces: ["hunter2", "hunter2"] }, [...secrets, "namespaces"]);
    assert.match(message, /cnpg-rgw:namespaces\[1\] is the same, and so is cnpg-rgw:namespaces\[0\]/);
    assert.doesNotMatch(message, /hunter2/);
  });
});
