import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "mocha";

import { ambientTrouble } from "../../../../components/s3/ambient.ts";

describe("what the environment sets for AWS tools", () => {
  const folder = mkdtempSync(join(tmpdir(), "ambient-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const [config, credentials] = [join(folder, "config"), join(folder, "credentials")];
  writeFileSync(
    config,
    '[default]\nregion = x\n[ profile  work ]\n[profile "at home"]\n[plain]\n[sso-session x]\n',
  );
  writeFileSync(credentials, "[keys]\naws_access_key_id = [none]\n");
  const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
  const said = (profile: string, env = files) => ambientTrouble({ ...env, AWS_PROFILE: profile }) ?? "";

  it("is no trouble without a profile, or with one that is there", () => {
    assert.equal(ambientTrouble({}), undefined);
    for (const profile of ["", "default", "work", "at home", "keys"]) assert.equal(said(profile), "");
  });

  it("is trouble with a profile that is nowhere, which the provider would want", () => {
    assert.equal(
      said("wrok"),
      `AWS_PROFILE is "wrok", and there is no such profile in ${config} or ${credentials}: the AWS provider would ` +
        "fail, although it needs none. Unset AWS_PROFILE",
    );
    for (const profile of ["none", "x", "plain"]) assert.match(said(profile), /^AWS_PROFILE is/);
    const nowhere = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" };
    assert.match(said("default", nowhere), /no such profile in \/nowhere or \/nowhere/);
  });

  it("is trouble with dual-stack endpoints, which only Amazon has", () => {
    assert.match(ambientTrouble({ AWS_USE_DUALSTACK_ENDPOINT: "TRUE" }) ?? "", /Unset it$/);
    assert.equal(ambientTrouble({ AWS_USE_DUALSTACK_ENDPOINT: "false" }), undefined);
  });
});
