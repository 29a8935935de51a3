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

async function nft(input: string): Promise<void> {
  const [file, ...args] = onSwitch;
  await execa(file, [...args, "nft", "-f", "-"], { input });
}

/** The switch drops every frame between two hosts, without a word to either. */
export async function cut(a: HostName, b: HostName): Promise<Mend> {
  await nft(`table bridge cut {
    chain forward {
      type filter hook forward priority 0;
      iifname "${a}" oifname "${b}" drop
      iifname "${b}" oifname "${a}" drop
    }
  }`);
  let isCut = true;
  return async () => {
    if (isCut) await nft("delete table bridge cut");
    isCut = false;
  };
}

/** As {@link cut}, and whole again after so many seconds, whatever happens meanwhile. */
export async function cutFor(seconds: number, a: HostName, b: HostName): Promise<Mend> {
  const heal = await cut(a, b);
  const timer = setTimeout(() => void heal(), seconds * 1000);
  return async () => {
    clearTimeout(timer);
    await heal();
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
  const ended = once(wire, "exit");
  const [said] = (await once(wire.stdout, "data")) as [Buffer];
  assert.match(said.toString(), /^slow/);
  return async () => {
    wire.stdin.end();
    await ended;
  };
}
