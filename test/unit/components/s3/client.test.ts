import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "mocha";

import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import { s3Client } from "../../../../components/s3/client.ts";
import { classify } from "../../../../components/s3/failure.ts";

describe("s3Client", () => {
  const server = createServer((_request, response) => {
    answer(response);
  });
  let answer: (response: ServerResponse) => void = () => undefined;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What is said of a listing and of a read that wait for no longer than a second, and when. */
  const said = async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const keys = { accessKeyId: "AKID", secretAccessKey: "secret" };
    const connection = {
      endpoint: `http://127.0.0.1:${port}`,
      region: "local",
      caBundle: undefined,
      ...keys,
    };
    const client = s3Client(connection, "local", 1);
    const target = { connection, bucket: "b", attempt: "read b/x" };
    const requests = [
      client.send(new ListObjectsV2Command({ Bucket: "b" })),
      client
        .send(new GetObjectCommand({ Bucket: "b", Key: "x" }))
        .then(({ Body }) => Body?.transformToString()),
    ];
    const outcomes = requests.map((request) =>
      request.then(
        () => "an answer",
        (error: unknown) => classify(error, target).message,
      ),
    );
    return Promise.all(outcomes);
  };

  for (const [what, given] of [
    ["never comes", () => undefined],
    [
      "stops in the middle",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": 100 }).write("<?xml");
      },
    ],
  ] as const) {
    it(`waits no longer than it should for an answer that ${what}`, async () => {
      answer = given;
      const started = Date.now();
      for (const message of await said())
        assert.match(message, /^S3 network problem: could not read b\/x at .* did not answer in time/);
      assert.ok(Date.now() - started < 5_000, "took too long");
    }).timeout(10_000);
  }
});
