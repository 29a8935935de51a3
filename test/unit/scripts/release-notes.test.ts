import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { notesOf, versionOf } from "../../../scripts/release-notes.ts";

const changelog = `# Changelog

Text.

## Unreleased

## 1.10.0 - 2026-12-24

### Fixed

- Two.

## [1.1.0] - 2026-12-01

- One.
`;

describe("notesOf", () => {
  it("is what the changelog says of a version, whatever the style of its heading", () => {
    assert.equal(notesOf(changelog, "1.10.0"), "### Fixed\n\n- Two.\n");
    assert.equal(notesOf(changelog, "1.1.0"), "- One.\n");
  });

  it("fails where nothing is said of it", () => {
    for (const version of ["1.1", "Unreleased", "2.0.0"]) {
      assert.throws(() => notesOf(changelog, version), /CHANGELOG\.md has no section "## /);
    }
  });
});

describe("versionOf", () => {
  it("takes no tag of another version than package.json's", () => {
    assert.equal(versionOf("v1.2.0", { version: "1.2.0" }), "1.2.0");
    assert.throws(
      () => versionOf("v1.3.0", { version: "1.2.0" }),
      /the tag is v1\.3\.0, and package\.json has version 1\.2\.0/,
    );
  });
});
