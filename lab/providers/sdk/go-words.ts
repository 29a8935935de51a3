/** Failures of connections in the words of Go's libraries, which the official plugins pass on. */

const systemCalls: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  ECONNRESET: "connect: connection reset by peer",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

/** Why there is no TCP connection. */
export function goNetworkError(error: Error, host: string, port: number): Error {
  const code = codeOf(error);
  if (code === "ENOTFOUND") return new Error(`dial tcp: lookup ${host}: no such host`, { cause: error });
  if (code.startsWith("EAI_")) {
    return new Error(`dial tcp: lookup ${host}: server misbehaving`, { cause: error });
  }
  return new Error(`dial tcp ${host}:${port}: ${systemCalls[code] ?? error.message}`, { cause: error });
}

const tlsFailures: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "certificate has expired or is not yet valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate signed by unknown authority",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate signed by unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate signed by unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate signed by unknown authority",
};

/** Why a request over http or https got no answer: `Get "https://…": dial tcp …`. */
export function goRequestError(error: Error, method: string, url: URL): Error {
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const what = `${method.charAt(0)}${method.slice(1).toLowerCase()} "${url.href}"`;
  return new Error(`${what}: ${requestFailure(error, url.hostname, port)}`, { cause: error });
}

function requestFailure(error: Error, host: string, port: number): string {
  const causes = [error, error.cause];
  if (causes.some((cause) => cause instanceof Error && cause.name === "TimeoutError")) {
    return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  }
  const certificate = tlsFailures[codeOf(error)];
  if (certificate !== undefined) return `tls: failed to verify certificate: x509: ${certificate}`;
  if (codeOf(error) === "ECONNRESET") return "EOF";
  return goNetworkError(error, host, port).message;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
