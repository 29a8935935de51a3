import { rmSync, rmdirSync } from "node:fs";
import { connect } from "node:net";

/** Removes folders that hold nothing, in this order; what somebody else uses stays. */
export function removeIfEmpty(...folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // not empty, or not there
    }
  }
}

/** Removes a Unix socket that nobody listens on any more. */
export async function removeStaleSocket(path: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code);
    });
  });
  if (code === "ECONNREFUSED") rmSync(path, { force: true });
}
