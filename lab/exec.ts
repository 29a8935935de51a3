import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { cephShell } from "./ceph/shell.ts";
import { LabError } from "./errors.ts";
import { onHost } from "./host/run.ts";
import { checkout, hosts } from "./layout.ts";
import type { HostName } from "./layout.ts";
import { workstationEnvironment } from "./workstation/environment.ts";

/** npm runs its scripts in the package's folder; the user may stand elsewhere, in examples/ for one. */
function callersFolder(): string {
  const initial = process.env.INIT_CWD;
  return initial !== undefined && process.env.npm_lifecycle_event === "lab" ? initial : process.cwd();
}

function argvOn(host: HostName, command: readonly string[]): string[] {
  return host === "pve" ? cephShell(command) : onHost(host, command);
}

/** Runs a command with the terminal passed through; resolves to its exit code. Prints nothing itself. */
export async function execOnHost(host: HostName, command: readonly string[]): Promise<number> {
  if (!existsSync(`/run/netns/${hosts[host].netns}`)) {
    throw new LabError("the lab is not up", { hint: "npm run lab" });
  }
  const [file = "", ...args] = argvOn(host, command);
  const child = spawn(file, args, {
    stdio: "inherit",
    cwd: host === "pve" ? checkout : callersFolder(),
    env: { ...process.env, ...workstationEnvironment() },
  });
  // Ctrl-C reaches the command by itself (same terminal); we wait for what it makes of it. Others are passed on.
  const ignore = (): void => undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on("SIGINT", ignore);
  process.on("SIGTERM", passOn);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", passOn);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
