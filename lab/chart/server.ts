import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { basename, join } from "node:path";

/** Serves the files of one folder over http: `server.ts FOLDER ADDRESS PORT`. */
const [folder, address, port] = process.argv.slice(2);
if (folder === undefined || address === undefined || port === undefined) {
  throw new Error("usage: server.ts FOLDER ADDRESS PORT");
}

function send(file: string, response: ServerResponse): void {
  const content = createReadStream(file);
  content.once("error", () => response.writeHead(404).end());
  content.once("open", () => {
    response.writeHead(200);
    content.pipe(response);
  });
}

createServer((request, response) => {
  if (request.method !== "GET") {
    response.writeHead(405).end();
    return;
  }
  // The folder has no folders: of any path only the name counts.
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  send(join(folder, basename(pathname)), response);
}).listen(Number(port), address);
