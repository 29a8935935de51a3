import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

import { answerSeconds } from "./client.ts";
import type { S3Connection } from "./connection.ts";
import { classify, S3Failure, skewProblem } from "./failure.ts";
import type { S3Target } from "./failure.ts";

/** Proves that an S3 server answers at the endpoint, before any key is sent to it, and that its clock agrees. */
export async function probe(target: S3Target, now = new Date()): Promise<void> {
  const answer = await anonymousGet(target.connection).catch((error: unknown) => {
    throw classify(error, target);
  });
  const { endpoint } = target.connection;
  if (!isS3(answer.body)) {
    throw new S3Failure(
      "server",
      `S3 server problem: ${endpoint} answers, but not as an S3 server (HTTP ${answer.status},` +
        ` ${answer.contentType}). Check the port: is it a dashboard, or a proxy in between?`,
    );
  }
  const skew = skewProblem(answer.date, now);
  if (skew !== undefined) throw new S3Failure("clock", `S3 clock problem at ${endpoint}: ${skew}`);
}

/** To a request without keys, an S3 server answers with an error in XML, RGW with an empty list of buckets. */
export function isS3(body: string): boolean {
  return /^\s*(<\?xml[^>]*\?>)?\s*<(Error|ListAllMyBucketsResult)[\s>]/.test(body);
}

interface Answer {
  status: number;
  contentType: string;
  date: string | undefined;
  body: string;
}

/** What a store says to a request that is not signed. */
export async function anonymousGet(
  { endpoint, caBundle }: Pick<S3Connection, "endpoint" | "caBundle">,
  path = "/",
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = endpoint.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(`${endpoint}${path}`, {
      agent: false,
      signal: AbortSignal.timeout(answerSeconds * 1_000),
      ...(caBundle !== undefined && { ca: caBundle }),
    });
    request.once("response", resolve).once("error", reject).end();
  });
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers["content-type"] ?? "no content type",
    date: response.headers.date,
    body: await beginningOf(response),
  };
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += String(chunk);
    if (body.length > 1_000) break;
  }
  response.destroy();
  return body;
}
