import { existsSync, readFileSync } from "node:fs";
import { daemonLog } from "../../lab/host/daemon.ts";
import { sshd } from "../../lab/ceph/sshd.ts";
import { hosts } from "../../lab/layout.ts";

export interface Connections {
  readonly opened: number;
  /** The most that were open at one time. */
  readonly atOnce: number;
}

const log = (): string =>
  existsSync(daemonLog(sshd.name)) ? readFileSync(daemonLog(sshd.name), "utf8") : "";

/** Counts what sshd on the Ceph host sees of the workstation, from now until the returned function is called. */
export function countConnections(): () => Connections {
  const before = log().length;
  return () => connectionsIn(log().slice(before), hosts.workstation.address);
}

/** Reads sshd's log at level VERBOSE; one connection is told from another by the port that it comes from. */
export function connectionsIn(text: string, address: string): Connections {
  const open = new Set<string>();
  let [opened, atOnce] = [0, 0];
  for (const line of text.split("\n")) {
    const [, source, port = ""] = / (\d+\.\d+\.\d+\.\d+) port (\d+)/.exec(line) ?? [];
    if (source !== address) continue;
    if (line.startsWith("Connection from ")) {
      open.add(port);
      opened += 1;
      atOnce = Math.max(atOnce, open.size);
    } else if (/^(?:Disconnected from|Connection (?:closed|reset) by) /.test(line)) {
      open.delete(port);
    }
  }
  return { opened, atOnce };
}
