import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { takenByOthers } from "../../../../../components/postgres/preflight/foreign-objects.ts";
import { fakeKubernetes, ok } from "../wait/fake-kubernetes.ts";

const name = { namespace: "shop", name: "orders" };
const labelled = (owner?: string) =>
  ok({ metadata: { ...name, ...(owner !== undefined && { labels: { "cnpg-rgw/component": owner } }) } });

describe("an object of the name that is to be made", () => {
  const kinds = { Cluster: "resource", ObjectStore: "objectStore" } as const;
  for (const kind of ["Cluster", "ObjectStore"] as const) {
    it(`is somebody else's without the component's own label: ${kind}`, async () => {
      const taken = async (replies: Parameters<typeof fakeKubernetes>[0]) =>
        takenByOthers(await fakeKubernetes(replies), kind, name, "me");
      const unlabelled = (await taken({ [kinds[kind]]: () => labelled() })) ?? "";
      assert.match(
        unlabelled,
        /shop\/orders is there already.* label \w+\.\S+ orders cnpg-rgw\/component=me$/,
      );
      // A relabelled one would be deleted under its old Pulumi name.
      const renamed = (await taken({ [kinds[kind]]: () => labelled("another") })) ?? "";
      assert.match(renamed, /shop\/orders is there already.*give the component `aliases`/);
      assert.doesNotMatch(renamed, /kubectl/);
      assert.equal(await taken({ [kinds[kind]]: () => labelled("me") }), undefined);
      assert.equal(await taken({}), undefined);
      const refused = () => ({ status: 403, body: {} });
      await assert.rejects(taken({ [kinds[kind]]: refused }), /HTTP 403/);
    });
  }
});
