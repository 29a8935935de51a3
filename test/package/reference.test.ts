import { describe, it } from "mocha";

import { run } from "./project.ts";

describe("npm run docs", () => {
  it("builds the reference of the public API without a warning", async () => {
    // treatWarningsAsErrors in typedoc.json: an undocumented argument, or a link that leads nowhere, fails.
    await run`typedoc --emit none`;
  });
});
