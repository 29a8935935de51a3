import "./compile-cache.ts";

// What a command of package.json runs without further words; a file or folder behind it is run instead.
export const isNamed = process.argv.slice(2).some((word) => /^([./].*)?test\/.*(?<!\.mjs)$/.test(word));

export const common = {
  ui: "./test/support/suite-per-file.ts",
  reporter: "./test/support/reporter.ts",
  extension: ["test.ts"],
  recursive: true,
  sort: true,
  timeout: 120_000,
  // assert's messages have one already.
  diff: false,
  failHookAffectedTests: true,
  forbidOnly: process.env.CI !== undefined,
};

export default {
  ...common,
  require: ["./test/unit/lab-folders.ts"],
  spec: isNamed ? [] : ["test/unit"],
};
