import { connect, type Socket } from "node:net";
import { goNetworkError } from "../sdk/go-words.ts";
import type { Connection } from "./inputs.ts";

/** When a silent peer counts as gone: Go asks nine times, every 15 s, after 15 s of silence. */
const SILENCE_MS = 140_000;

/** A TCP connection. It may take as long as `perDialTimeout`; what follows on it has no limit. */
export function connectTcp(connection: Connection, signal: AbortSignal): Promise<Socket> {
  const { host, port, perDialTimeout } = connection;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: SILENCE_MS });
    const fail = (error: Error) => {
      socket.destroy();
      signal.removeEventListener("abort", abort);
      reject(error);
    };
    const abort = () => {
      fail(new Error("cancelled"));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.setTimeout(perDialTimeout * 1000, () => {
      fail(new Error(`dial tcp ${host}:${port}: i/o timeout`));
    });
    const refused = (error: Error) => {
      fail(goNetworkError(error, host, port));
    };
    socket.once("error", refused);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", refused);
      signal.removeEventListener("abort", abort);
      resolve(socket);
    });
  });
}
