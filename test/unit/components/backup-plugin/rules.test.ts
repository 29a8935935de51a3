import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { imageRule, pullPolicyRule, validityDaysRule } from "../../../../components/backup-plugin/rules.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("imageRule", () => {
  const good = [
    "postgres",
    "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.14.0",
    "localhost/plugin-barman-cloud-sidecar:0.14.0",
    "registry.lan:5000/a/b__c/d--e:1",
    `registry.lan/plugin@${digest}`,
    `registry.lan/plugin:v1@${digest}`,
  ];
  const bad = [
    "",
    "https://ghcr.io/plugin:1",
    "ghcr.io/Plugin:1",
    "ghcr.io/plugin:",
    "ghcr.io/plugin: 1",
    "ghcr.io//plugin",
    "ghcr.io/plugin@sha256:12",
    "ghcr.io/plugin:1\n",
    "a".repeat(513),
  ];
  for (const image of good) {
    it(`takes ${image}`, () => {
      assert.equal(imageRule(image), undefined);
    });
  }
  for (const image of bad) {
    it(`refuses ${JSON.stringify(image.slice(0, 40))}`, () => {
      assert.match(imageRule(image) ?? "", /^must be the name of an image, such as .*, not "/);
    });
  }
});

describe("pullPolicyRule and validityDaysRule", () => {
  it("take what Kubernetes and a renewal in time allow", () => {
    assert.equal(pullPolicyRule("Never"), undefined);
    assert.match(
      pullPolicyRule("always") ?? "",
      /^must be one of Always, IfNotPresent, Never, not "always"$/,
    );
    for (const days of [undefined, 30, 36500]) assert.equal(validityDaysRule(days), undefined);
    for (const days of [29, 36501, 90.5, NaN]) assert.match(validityDaysRule(days) ?? "", /from 30 to 36500/);
  });
});
