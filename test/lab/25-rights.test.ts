import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

import { schemaProblems } from "../../components/crds/schema-problems.ts";
import { droppedFields } from "../../components/crds/served-schema.ts";
import { servedSchema } from "../../components/kubernetes/served-schema.ts";
import { apiServer } from "../unit/components/kubernetes/api-server.ts";
import { kubectl, must } from "./support/lab.ts";
import { afterTest } from "../support/after-test.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/kubernetes-preview-account.yaml"), "utf8");
const documents: unknown[] = parseAllDocuments(text).map((each) => each.toJS() as unknown);
const account = "--as=system:serviceaccount:cnpg-system:cnpg-rgw-preview";
const rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
});
const role = z.object({ kind: z.literal("ClusterRole"), rules: z.array(rule) });

const allowed = async (verb: string, resource: string): Promise<string> =>
  // It exits with 1 where the answer is no.
  (await kubectl("auth", "can-i", verb, resource, "-A", account).catch(() => "no")).trim();

describe("the account for previews in docs/security.md", () => {
  before(async () => {
    await must("workstation", ["kubectl", "apply", "-f", "-"], { input: text });
  });
  after(async () => {
    await kubectl("delete", "clusterrole,clusterrolebinding", "cnpg-rgw-preview", "--ignore-not-found");
    await kubectl("-n", "cnpg-system", "delete", "serviceaccount", "cnpg-rgw-preview", "--ignore-not-found");
  });

  it("reads what the guards ask, and no Secret, and writes nothing", async () => {
    const { rules } = role.parse(documents.find((each) => role.safeParse(each).success));
    assert.ok(rules.every(({ verbs }) => verbs.every((verb) => verb === "get" || verb === "list")));
    assert.equal(await allowed("get", "secrets"), "no");
    assert.equal(await allowed("patch", "clusters.postgresql.cnpg.io"), "no");
  });
});

describe("the API's own description of the operator's CRDs", () => {
  it("is that of the CRDs in this package, and every account may read it", async () => {
    for (const kind of ["Cluster", "ObjectStore"] as const) {
      const group = kind === "Cluster" ? "postgresql.cnpg.io" : "barmancloud.cnpg.io";
      const path = `/openapi/v3/apis/${group}/v1`;
      const body: unknown = JSON.parse(await kubectl("get", "--raw", path, account));
      const server = await apiServer({ [path]: { status: 200, body } });
      afterTest(server.close);
      const served = await servedSchema({ kubeconfig: server.kubeconfig }, kind);
      assert.ok(served, kind);
      const wrong = { nosuch: 1 };
      assert.deepEqual(schemaProblems(kind, wrong, { served }), schemaProblems(kind, wrong));
      assert.deepEqual(droppedFields(served, wrong), ["spec.nosuch"]);
    }
  });
});
