import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface S3Server {
  endpoint: string;
  /** Every request as `METHOD /path?query body`, in order. */
  requests: string[];
  /** Names of the buckets that exist, and of those that belong to someone else. */
  buckets: Set<string>;
  foreign: Set<string>;
  /** Keys of the objects in any bucket. */
  objects: Set<string>;
  close(): Promise<void>;
}

/** Answers as an S3 store does to what the aws provider asks, for path-style requests on loopback. */
export async function startS3Server(): Promise<S3Server> {
  const state = {
    requests: [] as string[],
    buckets: new Set<string>(),
    foreign: new Set<string>(),
    objects: new Set<string>(),
  };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const [method, path] = [request.method ?? "", request.url ?? "/"];
      state.requests.push(`${method} ${path.replace(/\/(?=$|\?)/, "")} ${body}`.trim());
      const { status, xml } = answer(state, method, path, body);
      response.writeHead(status, { "content-type": "application/xml" }).end(xml);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

type State = Pick<S3Server, "buckets" | "foreign" | "objects">;
interface Answer {
  status: number;
  xml: string;
}

const ok = (xml = "", status = 200): Answer => ({ status, xml });
const refuse = (status: number, code: string): Answer => ({
  status,
  xml: `<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`,
});

function answer(state: State, method: string, path: string, body: string): Answer {
  const url = new URL(path, "http://localhost");
  const bucket = url.pathname.split("/")[1] ?? "";
  const query = [...url.searchParams.keys()].filter((name) => name !== "x-id").join();
  if (state.foreign.has(bucket)) return refuse(method === "PUT" ? 409 : 403, "BucketAlreadyExists");
  if (method === "PUT" && query === "") {
    if (body.includes("LocationConstraint")) return refuse(400, "InvalidLocationConstraint");
    state.buckets.add(bucket);
    return ok();
  }
  if (!state.buckets.has(bucket)) return refuse(404, "NoSuchBucket");
  switch (`${method} ${query}`) {
    case "HEAD ":
      return ok();
    case "DELETE ":
      if (state.objects.size > 0) return refuse(409, "BucketNotEmpty");
      state.buckets.delete(bucket);
      return ok("", 204);
    case "GET versions":
      return ok(listVersions([...state.objects]));
    case "GET uploads":
      return ok("<ListMultipartUploadsResult/>");
    case "POST delete":
      state.objects.clear();
      return ok("<DeleteResult/>");
    default:
      return refuse(501, "NotImplemented");
  }
}

function listVersions(keys: string[]): string {
  const versions = keys.map((key) => `<Version><Key>${key}</Key><VersionId>v1</VersionId></Version>`);
  return `<ListVersionsResult>${versions.join("")}</ListVersionsResult>`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
