import { after, before, beforeEach } from "mocha";

import type { S3Connection } from "../../../../components/s3/connection.ts";
import { startFakeS3 } from "./fake-s3.ts";
import type { FakeS3 } from "./fake-s3.ts";

export interface UsedFakeS3 {
  readonly store: FakeS3;
  readonly connection: S3Connection;
}

/** A store of their own for the tests of a suite, as new before each of them. */
export function useFakeS3(region = "local"): UsedFakeS3 {
  let started: FakeS3 | undefined;
  const store = (): FakeS3 => {
    if (started === undefined) throw new Error("the fake S3 store starts before the first test");
    return started;
  };
  before(async () => {
    started = await startFakeS3();
  });
  after(() => store().stop());
  beforeEach(() => {
    store().reset();
  });
  return {
    get store() {
      return store();
    },
    get connection() {
      const { endpoint } = store();
      return { endpoint, region, caBundle: undefined, accessKeyId: "AKID", secretAccessKey: "secret" };
    },
  };
}
