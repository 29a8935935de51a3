import assert from "node:assert/strict";
import { type TestContext, describe, it } from "node:test";

import { isOfOthers } from "../../../../../components/cnpg/postgres/others.ts";
import { fakeKubernetes, ok } from "../live/fake-kubernetes.ts";

const name = { namespace: "shop", name: "orders" };
const labelled = (owner?: string) =>
  ok({ metadata: { ...name, ...(owner !== undefined && { labels: { "cnpg-rgw/component": owner } }) } });

describe("an object of the name that is to be made", () => {
  const kinds = { Cluster: "resource", ObjectStore: "objectStore" } as const;
  for (const kind of ["Cluster", "ObjectStore"] as const) {
    it(`is somebody else's without the component's own label: ${kind}`, async (t: TestContext) => {
      const isTaken = async (replies: Parameters<typeof fakeKubernetes>[1]) =>
        isOfOthers(await fakeKubernetes(t, replies), kind, name, "me");
      assert.equal(await isTaken({ [kinds[kind]]: () => labelled() }), true);
      assert.equal(await isTaken({ [kinds[kind]]: () => labelled("another") }), true);
      assert.equal(await isTaken({ [kinds[kind]]: () => labelled("me") }), false);
      assert.equal(await isTaken({}), false);
      const refused = () => ({ status: 403, body: {} });
      await assert.rejects(isTaken({ [kinds[kind]]: refused }), /HTTP 403/);
    });
  }
});
