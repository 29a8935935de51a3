import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { basename, join } from "node:path";

/** Serves the files of one folder over http: `server.ts FOLDER ADDRESS PORT`. */
const [folder, address, port] = process.argv.slice(2);
if (folder === undefined || address === undefined || port === undefined) {
  throw new Error("usage: server.ts FOLDER ADDRESS PORT");
}

/** Small files, read whole: what cannot be read, the folder itself included, is not there. */
async function send(file: string, response: ServerResponse): Promise<void> {
  const content = await readFile(file).catch(() => undefined);
  response.writeHead(content === undefined ? 404 : 200).end(content);
}

createServer((request, response) => {
  if (request.method !== "GET") {
    response.writeHead(405).end();
    return;
  }
  // The folder has no folders: of any path only the name counts.
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  void send(join(folder, basename(pathname)), response);
}).listen(Number(port), address);
