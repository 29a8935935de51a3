import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

import type { S3Connection } from "./connection.ts";

/** No answer within this time is a failure: a full or halted Ceph accepts requests and never answers them. */
export const answerSeconds = 20;

/**
 * A client for any S3 store: path-style, no checksums that only Amazon knows, and an end to every wait. What the
 * environment and the files of AWS tools say is for other stores: whatever the SDK would take from there is given.
 */
export function s3Client(
  connection: S3Connection,
  region = connection.region,
  seconds = answerSeconds,
): S3Client {
  return new S3Client({
    endpoint: connection.endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: connection.accessKeyId, secretAccessKey: connection.secretAccessKey },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    useArnRegion: false,
    disableS3ExpressSessionAuth: true,
    defaultsMode: "legacy",
    retryMode: "standard",
    authSchemePreference: ["sigv4"],
    userAgentAppId: "",
    // Ceph 16 answers 411 to the SDK's default checksums, Ceph 18 stores their encoding with the object.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // A repeated request would hide a wrong clock: the SDK corrects for it after the first failure.
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: seconds * 1_000,
      throwOnRequestTimeout: true,
      // The handler's time for an answer ends with its headers; a body may stop in the middle.
      socketTimeout: seconds * 1_000,
      httpAgent: new HttpAgent({ keepAlive: false }),
      httpsAgent: new HttpsAgent({
        keepAlive: false,
        ...(connection.caBundle && { ca: connection.caBundle }),
      }),
    }),
  });
}
