import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { z } from "zod";

import { s3Client } from "../../../../components/s3/client.ts";

/** A process of its own: sets each variable alone, asks a store with it, and prints what came of it. */
const [endpoint = "", settings = ""] = process.argv.slice(2);
const keys = { accessKeyId: "AKID", secretAccessKey: "secret" };
const connection = { endpoint, region: "local", caBundle: undefined, ...keys };
const outcomes: [string, string][] = [];
for (const [name, value] of z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(settings))) {
  process.env[name] = value;
  const client = s3Client(connection);
  const outcome = await client.send(new ListBucketsCommand()).then(() => "answered", String);
  outcomes.push([`${name}=${value}`, outcome]);
  client.destroy();
  Reflect.deleteProperty(process.env, name);
}
process.stdout.write(JSON.stringify(outcomes));
