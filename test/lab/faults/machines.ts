import assert from "node:assert/strict";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { execa } from "execa";
import type { HostName } from "../../../lab/layout.ts";
import { lab } from "../support/lab.ts";
import { pidOf } from "../support/machine.ts";
import type { Mend } from "./fault.ts";

/** Brings back every daemon that does not run, and waits until it answers. */
export async function restart(): Promise<void> {
  const outcome = await lab(["up", "--no-provision"]);
  assert.equal(outcome.code, 0, outcome.all);
}

/** A daemon that is gone. */
export function killed(...daemons: string[]): Promise<Mend> {
  for (const daemon of daemons) process.kill(pidOf(daemon), "SIGKILL");
  return Promise.resolve(restart);
}

/** A daemon that takes requests and never answers. */
export function hanging(daemon: string): Promise<Mend> {
  const pid = pidOf(daemon);
  process.kill(pid, "SIGSTOP");
  return Promise.resolve(() => Promise.resolve(process.kill(pid, "SIGCONT")));
}

const onSwitch = ["nsenter", "--net=/run/netns/lab-switch", "--"] as const;

async function nft(words: readonly string[], input = ""): Promise<string> {
  const [file, ...args] = onSwitch;
  return (await execa(file, [...args, "nft", ...words], { input })).stdout;
}

/** Makes the network whole again, once; says how many frames the cut has dropped. */
async function healed(): Promise<number> {
  const rules = await nft(["list", "table", "bridge", "cut"]);
  await nft(["delete", "table", "bridge", "cut"]);
  return [...rules.matchAll(/packets (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The switch drops every frame between two hosts, without a word to either; for so many seconds, or until mended. */
export async function cut(a: HostName, b: HostName, seconds?: number): Promise<Mend> {
  const rules = `table bridge cut {
    chain forward {
      type filter hook forward priority 0;
      iifname "${a}" oifname "${b}" counter drop
      iifname "${b}" oifname "${a}" counter drop
    }
  }`;
  await nft(["-f", "-"], rules);
  let dropped: Promise<number> | undefined;
  const heal = (): Promise<number> => (dropped ??= healed());
  // Whoever mends it hears of a failure.
  const timer =
    seconds === undefined ? undefined : setTimeout(() => void heal().catch(() => undefined), seconds * 1000);
  return async () => {
    clearTimeout(timer);
    assert.ok((await heal()) > 0, `no frame between ${a} and ${b} met the cut`);
  };
}

/** Connections to a server that are opened and say nothing, for so many seconds; without them, until mended. */
export async function heldOpen(
  count: number,
  address: string,
  port: number,
  seconds?: number,
): Promise<Mend> {
  const script = `
import select, socket, sys
held = [socket.create_connection((sys.argv[1], int(sys.argv[2]))) for _ in range(int(sys.argv[3]))]
for each in held: each.recv(100)
print("held", flush=True)
select.select([sys.stdin], [], [], float(sys.argv[4]))
`;
  const args = [script, address, String(port), String(count), String(seconds ?? 600)];
  const child = spawn("nsenter", ["--net=/run/netns/lab-workstation", "--", "python3", "-c", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const ended = once(child, "exit");
  return async () => {
    child.stdin.end();
    await ended;
  };
}

/** Every frame from and to a host is late, and some are lost: see slow-wire.py. */
export async function slow(host: HostName): Promise<Mend> {
  const [file, ...args] = onSwitch;
  const wire = spawn(
    file,
    [...args, "python3", join(import.meta.dirname, "slow-wire.py"), host, "0.1", "0.05"],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const ended = once(wire, "close");
  let said = "";
  wire.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(wire.stdout, "data");
  assert.match(said, /^slow/);
  return async () => {
    wire.stdin.end();
    await ended;
    assert.match(said, /lost [1-9]\d* of \d+ frames/, "no frame was lost");
  };
}
