import { S3ServiceException } from "@aws-sdk/client-s3";

/** The S3 error code, e.g. `NoSuchBucket`; empty when the failure was not an answer of the store. */
export function errorCode(error: unknown): string {
  return error instanceof S3ServiceException ? error.name : "";
}

/** Runs S3 requests, and throws what `failed` makes of a failure. */
export async function s3Call<T>(doing: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw failed(doing, error);
  }
}

/** The error of a failed request: what was being done, and what the store answered. */
export function failed(doing: string, error: unknown): Error {
  return new Error(`${doing}: ${describe(error)}`, { cause: error });
}

function describe(error: unknown): string {
  if (error instanceof S3ServiceException) {
    // Ceph answers many errors with a code alone; the SDK then makes up a message.
    const status = error.$metadata.httpStatusCode;
    const code = ["", "UnknownError", error.name].includes(error.message)
      ? error.name
      : `${error.name}: ${error.message}`;
    return `https response error StatusCode: ${status ?? "none"}, ${code}`;
  }
  // Node wraps the failures of all addresses of a host in an error without a message.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(String).join("; ");
  return error instanceof Error ? error.message : String(error);
}
