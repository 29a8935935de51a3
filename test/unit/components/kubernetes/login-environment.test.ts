import { join } from "node:path";
import { describe, it } from "mocha";

import { execa } from "execa";

describe("a login command of a kubeconfig", () => {
  it("inherits the environment, and neither the stack's config nor the passphrase", async () => {
    // As the language host starts the program; the SDK reads its config once.
    const env = {
      PULUMI_CONFIG: '{"p:key":"hunter2"}',
      PULUMI_CONFIG_PASSPHRASE: "hunter3",
      AWS_PROFILE: "kept",
    };
    await execa("node", [join(import.meta.dirname, "login-environment.ts")], { env });
  });
});
