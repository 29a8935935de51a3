import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { segmentNameAt } from "../../components/internal.ts";

export const bucket = "cnpg-backups";
export const path = "/bench";
const prefix = "bench/orders/orders/";

const segmentBytes = 2 ** 24;
const keysOfPage = 1_000;
const start = Date.parse("2026-11-01T02:00:00Z");

/** As barman writes it, of a backup that needs the first two segments. */
const backupInfo = [
  "begin_time=2026-11-01 01:59:00+00:00",
  "end_time=2026-11-01 02:00:00+00:00",
  `begin_wal=${walName(0)}`,
  `end_wal=${walName(1)}`,
  "end_xlog=0/2000158",
  "status=DONE",
  "systemid=7575757575757575757",
  "timeline=1",
  `xlog_segment_size=${segmentBytes}`,
].join("\n");

const ofBackup = [`${prefix}base/20261101T015900/backup.info`, `${prefix}base/20261101T015900/data.tar`];

function walName(index: number): string {
  return segmentNameAt({ timeline: 1, number: index + 1 }, segmentBytes);
}

/** A store with the archive of one database, of one base backup and so many segments of WAL. It keeps none of them. */
export async function archiveServer(segments: number): Promise<{ server: Server; endpoint: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = url.searchParams.has("list-type")
      ? { status: 200, body: page(segments, Number(url.searchParams.get("continuation-token") ?? 0)) }
      : object(url.pathname);
    response.writeHead(answer.status, { "content-type": "application/xml" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: `http://127.0.0.1:${port}` };
}

/** What a recovery reads is not what this measures: a look into WAL ends at once. */
function object(pathname: string): { status: number; body: string } {
  return pathname.endsWith("/backup.info")
    ? { status: 200, body: backupInfo }
    : { status: 403, body: "<Error><Code>AccessDenied</Code><Message>no WAL here</Message></Error>" };
}

/** One page of the list, from an index on. What is packed differs in size, and some come later than what follows them. */
function page(segments: number, from: number): string {
  const to = Math.min(from + keysOfPage, segments);
  const contents = from === 0 ? ofBackup.map((key) => content(key, 1_000, start)) : [];
  for (let index = from; index < to; index++) {
    const wal = walName(index);
    const key = `${prefix}wals/${wal.slice(0, 16)}/${wal}.zst`;
    const noise = (index * 7_919) % 10_007;
    contents.push(content(key, 2_000_000 + noise * 100, start + index * 1_000 + noise));
  }
  const next = to < segments ? `<NextContinuationToken>${to}</NextContinuationToken>` : "";
  const isTruncated = `<IsTruncated>${to < segments}</IsTruncated>`;
  return `<ListBucketResult>${isTruncated}${next}${contents.join("")}</ListBucketResult>`;
}

function content(key: string, bytes: number, modified: number): string {
  const time = new Date(modified).toISOString();
  return (
    `<Contents><Key>${key}</Key><LastModified>${time}</LastModified><ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag>` +
    `<Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  );
}
