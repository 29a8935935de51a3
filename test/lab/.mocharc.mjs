import { common, isNamed } from "../../.mocharc.mjs";

export default {
  ...common,
  spec: isNamed ? [] : ["test/lab"],
  require: ["./test/lab/setup.ts"],
  reporter: "./test/lab/reporter.ts",
  "reporter-option": ["each=true"],
  // Each test has deadlines of its own for what it waits for.
  timeout: 0,
  // The lab is down by then, and whatever is left open must not keep CI waiting.
  exit: true,
};
