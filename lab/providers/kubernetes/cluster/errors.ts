import { z } from "zod";

const statusSchema = z.looseObject({
  kind: z.literal("Status"),
  message: z.string().optional(),
  reason: z.string().optional(),
});

/** The API server's refusal, with its own words. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly statusCode: number;
  /** `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `NotFound`, … */
  readonly reason: string;

  constructor(statusCode: number, body: string) {
    const status = statusSchema.safeParse(parseJson(body));
    super(status.data?.message ?? (body === "" ? `HTTP status ${statusCode}` : body));
    this.statusCode = statusCode;
    this.reason = status.data?.reason ?? "";
  }
}

/** The API server could not be reached, or did not answer in time. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The API server has no such kind: its CustomResourceDefinition is missing, or not served yet. */
export class NoSuchKindError extends Error {
  override readonly name = "NoSuchKindError";
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.statusCode === 404;
}

export function hasReason(error: unknown, reason: string): boolean {
  return error instanceof ApiError && error.reason === reason;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
