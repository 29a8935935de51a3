/** Programs of which a part waits for ever, under the real engine and without the rest of the lab. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { checkout, engineProject, type EngineProject } from "./support/engine-project.ts";

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { log } from "${join(checkout, "components/pulumi/log.ts")}";
import { failIfUnfinished } from "${join(checkout, "config/unfinished.ts")}";

failIfUnfinished();
const isStuck = new pulumi.Config().getBoolean("stuck");
class Team extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:index:Team", name, {}, opts);
    log("warn", "a warning about the team", this);
  }
}
const told = pulumi.output(8).apply(async (length) => {
  await pulumi.log.warn("a warning that is waited for");
  return length;
});
const password = new random.RandomPassword("password", { length: told });
new Team("team", { dependsOn: password });
new random.RandomPassword("other", { length: isStuck ? new Promise<number>(() => undefined) : 8 });
`;

describe("a program of which a part waits for ever", () => {
  let project: EngineProject;

  const up = (...args: string[]) => project.pulumi("up", "--yes", "--skip-preview", ...args);

  before(async () => {
    project = engineProject("unfinished", ["random"], { "index.ts": program });
    await project.pulumi("stack", "init", "test");
  });
  after(() => {
    project.remove();
  });

  it("does not come about by a warning about a resource that waits for whoever waits for another warning", async () => {
    const { exitCode, output } = await up();
    assert.equal(exitCode, 0, output);
    assert.match(output, /a warning about the team/);
    assert.match(output, /a warning that is waited for/);
  });

  it("fails, says what waits, and has nothing deleted that is declared", async () => {
    await project.pulumi("config", "set", "stuck", "true");
    const { exitCode, output } = await up();
    assert.notEqual(exitCode, 0, output);
    assert.match(
      output,
      /"other" \[random:index\/randomPassword:RandomPassword\] was waiting for .*"length"/,
    );
    assert.doesNotMatch(output, /delet/);
    await project.pulumi("config", "rm", "stuck");
    const next = await up("--expect-no-changes");
    assert.equal(next.exitCode, 0, next.output);
  });
});
