import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { Ajv } from "ajv";
import { parse } from "yaml";
import { z } from "zod";

import manifest from "../../../../../components/cnpg/plugin/generated/manifest.json" with { type: "json" };
import { crdSchema, jsonSchema } from "../../../../../scripts/crd/convert.ts";
import { pinnedModuleDir } from "../../../../../lab/build/go-module.ts";
import { missingGo } from "../../../scripts/go.ts";

const certManager = {
  path: "github.com/cert-manager/cert-manager",
  version: "1.21.0",
  sum: "h1:BCoB2BxA1lbqPusZCqPLPn8Q9MhraL7RbZGHbBcm3W8=",
};

const crdFile = z.object({
  spec: z.object({
    names: z.object({ kind: z.string() }),
    versions: z.tuple([
      z.object({
        name: z.string(),
        schema: z.object({ openAPIV3Schema: z.object({ properties: z.object({ spec: z.unknown() }) }) }),
      }),
    ]),
  }),
});

/** What cert-manager's CRD says against the spec of an object; an unknown field counts. */
async function problems(crd: string, object: { apiVersion: string; kind: string; spec: unknown }) {
  const folder = await pinnedModuleDir(certManager);
  const { spec } = crdFile.parse(
    parse(readFileSync(join(folder, `deploy/crds/cert-manager.io_${crd}.yaml`), "utf8")),
  );
  assert.equal(object.kind, spec.names.kind);
  assert.equal(object.apiVersion, `cert-manager.io/${spec.versions[0].name}`);
  const schema = jsonSchema(crdSchema.parse(spec.versions[0].schema.openAPIV3Schema.properties.spec));
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(object.spec);
  return validate.errors ?? [];
}

describe("cert-manager's objects", { skip: missingGo() }, () => {
  it("are what cert-manager's own CRDs allow", async () => {
    assert.deepEqual(await problems("issuers", manifest.issuer), []);
    assert.deepEqual(await problems("certificates", manifest.serverCertificate), []);
    assert.deepEqual(await problems("certificates", manifest.clientCertificate), []);
    const mistyped = { ...manifest.issuer, spec: { selfSinged: {} } };
    assert.equal((await problems("issuers", mistyped)).length, 1);
  });
});
