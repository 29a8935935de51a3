import { rmSync, rmdirSync } from "node:fs";
import { connect } from "node:net";

/** Removes empty folders, in this order; folders that others use stay. */
export function removeIfEmpty(...folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // not empty, or not there
    }
  }
}

/** Removes a Unix socket on which nothing listens any more. */
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
