interface Advice {
  /** What the error says. */
  pattern: RegExp;

  /** What to do about it. */
  advice: string;
}

/** Why there is no connection, and what to do about it. */
export function advised(error: unknown): string {
  if (isAnotherServer(error)) return anotherKey;
  const message = error instanceof Error ? error.message : String(error);
  const known = advices.find(({ pattern }) => pattern.test(message));
  return known === undefined ? message : `${message}. ${known.advice}`;
}

/** Whether the server is not the one that it should be. */
export const isAnotherServer = (error: unknown): boolean =>
  error instanceof Error && /verification failed|no matching host key/.test(error.message);

const anotherKey =
  "the server shows another key than hostKey. If the host was reinstalled, compare what `ssh-keyscan` prints with" +
  " /etc/ssh/ssh_host_*_key.pub on the host, and set hostKey to it. If not, another machine answers at this address";

const advices: readonly Advice[] = [
  {
    pattern: /ECONNREFUSED/,
    advice:
      "No SSH server is listening there: start it (`systemctl status ssh` on the host), or correct the address and port",
  },
  {
    pattern: /ENOTFOUND|EAI_/,
    advice: "Correct the address, or fix DNS on this machine",
  },
  {
    pattern: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|imed out|aborted/,
    advice:
      "Check the address, that the host is up and its SSH server answers, and any VPN or firewall in between",
  },
  {
    pattern: /before handshake|ECONNRESET|EPIPE|socket hang up/,
    advice:
      "The SSH server hangs up: either it has too many connections that have not logged in (MaxStartups), or it has" +
      " banned this address for a while. Its log says which (`journalctl -u ssh` on the host)",
  },
  {
    pattern: /authentication methods failed/,
    advice: "The server refuses the private key: add its public key to that user's authorized_keys",
  },
];
