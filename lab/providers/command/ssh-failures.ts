/** Failures of SSH in the words of Go's library, which the official plugin passes on. */

const handshakeFailures: readonly (readonly [RegExp, string])[] = [
  [/verification failed/, "ssh: host key mismatch"],
  [/no matching host key/, "ssh: no common algorithm for host key"],
  [
    /authentication methods failed/,
    "ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
  ],
  [/before handshake|ECONNRESET/, "EOF"],
];

/** Why a server that was reached refused the login. */
export function handshakeFailed(error: Error): Error {
  const said = handshakeFailures.find(([pattern]) => pattern.test(error.message))?.[1] ?? error.message;
  return new Error(`ssh: handshake failed: ${said}`, { cause: error });
}

/** Why a private key cannot be used. */
export function unreadableKey(message: string): string {
  return message.includes("no passphrase given")
    ? "ssh: this private key is passphrase protected"
    : `ssh: ${message}`;
}
