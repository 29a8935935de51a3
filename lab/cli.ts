import "../compile-cache.ts";
import { Command } from "commander";
import { LabError, messageOf } from "./errors.ts";
import { printFailure } from "./failure.ts";
import { hostNames } from "./layout.ts";
import type { HostName } from "./layout.ts";

/** Flags to options, nothing else. Each action returns the exit code, and loads no more than it needs. */
const program = new Command("lab")
  .description("A homelab in a box: Ceph RGW, Kubernetes and a workstation with Pulumi, on this one machine.")
  .enablePositionalOptions()
  .showHelpAfterError();

function hostOption(value: string): HostName {
  const host = hostNames.find((name) => name === value);
  if (host === undefined)
    throw new LabError(`no host "${value}" in the lab`, { hint: `hosts: ${hostNames.join(", ")}` });
  return host;
}

async function exitWith(action: Promise<number>): Promise<void> {
  process.exitCode = await action.catch((error: unknown) => {
    printFailure(error);
    return 1;
  });
}

program
  .command("up", { isDefault: true })
  .description("build what is missing, start the lab, run `pulumi up` of stack lab")
  .option("--no-provision", "start the hosts only and leave `pulumi up` to you")
  .action((options: { provision: boolean }) => exitWith(import("./lab.ts").then(({ up }) => up(options))));
program
  .command("down")
  .description("stop the lab and keep its disks")
  .action(() => exitWith(import("./lab.ts").then(({ down }) => down())));
program
  .command("reset")
  .description("stop the lab and delete its disks, keys and stack state; keep what was built")
  .action(() => exitWith(import("./lab.ts").then(({ reset }) => reset())));
program
  .command("status")
  .description("show what runs, part by part; exit code 0 if everything does")
  .action(() => exitWith(import("./status.ts").then(({ printStatus }) => printStatus())));
program
  .command("doctor")
  .description("show what this machine lacks, one line each; changes nothing")
  .action(() => exitWith(import("./lab.ts").then(({ doctor }) => doctor())));
program
  .command("logs")
  .description("show where the logs are, or the last lines of one part's log")
  .argument("[part]")
  .action((part: string | undefined) =>
    exitWith(import("./logs.ts").then(({ printLogs }) => printLogs(part))),
  );
program
  .command("exec")
  .description(
    "run a command on a host of the lab, e.g. `exec -- pulumi preview`, `exec --host pve -- radosgw-admin user list`",
  )
  .option("--host <host>", hostNames.join(", "), "workstation")
  .argument("<command...>")
  .passThroughOptions()
  .action((command: string[], options: { host: string }) => {
    try {
      const host = hostOption(options.host);
      return exitWith(import("./exec.ts").then(({ execOnHost }) => execOnHost(host, command)));
    } catch (error) {
      printFailure(error);
      process.exitCode = 2;
      return undefined;
    }
  });

// `lab status | head`: the reader has had enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`lab: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
