/** Says "ready" when each endpoint given answers an anonymous request as an S3 server, else why not. Runs on pve. */
async function ask(endpoint: string): Promise<string> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    return text.includes("ListAllMyBucketsResult")
      ? "ready"
      : `${endpoint} answers with HTTP ${String(response.status)}`;
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    return `${endpoint}: ${cause instanceof Error && cause.message !== "" ? cause.message : message}`;
  }
}

const answers = await Promise.all(process.argv.slice(2).map(ask));
process.stdout.write(answers.find((answer) => answer !== "ready") ?? "ready");
