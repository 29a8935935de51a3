import assert from "node:assert/strict";
import { it } from "mocha";

import { Ajv } from "ajv";
import { parse } from "yaml";
import { z } from "zod";

import manifest from "../../../../components/backup-plugin/generated/manifest.json" with { type: "json" };
import { crdSchema, jsonSchema } from "../../../../scripts/crd/convert.ts";
import { certManagerCrd } from "../../../support/cert-manager.ts";
import { missingGo } from "../../scripts/go.ts";
import { unless } from "../../../support/unless.ts";

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
  const { spec } = crdFile.parse(parse(await certManagerCrd(crd)));
  assert.equal(object.kind, spec.names.kind);
  assert.equal(object.apiVersion, `cert-manager.io/${spec.versions[0].name}`);
  const schema = jsonSchema(crdSchema.parse(spec.versions[0].schema.openAPIV3Schema.properties.spec));
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(object.spec);
  return validate.errors ?? [];
}

unless(missingGo()).describe("cert-manager's objects", () => {
  it("are what cert-manager's own CRDs allow", async () => {
    assert.deepEqual(await problems("issuers", manifest.issuer), []);
    assert.deepEqual(await problems("certificates", manifest.serverCertificate), []);
    assert.deepEqual(await problems("certificates", manifest.clientCertificate), []);
    const mistyped = { ...manifest.issuer, spec: { selfSinged: {} } };
    assert.equal((await problems("issuers", mistyped)).length, 1);
  });
});
