import { type Role, type ValidityPeriod, selfSigned } from "./certificate.ts";

const serverRole: Role = { dnsName: "barman-cloud", usage: "server" };
const clientRole: Role = { dnsName: "barman-cloud-client", usage: "client" };

/** What is in a Secret of type kubernetes.io/tls. */
export interface TlsSecret {
  "tls.crt": string;
  "tls.key": string;
}

export interface TlsSecrets {
  server: TlsSecret;
  client: TlsSecret;
}

/**
 * The certificates of operator (client) and plugin (server) at a time. Each side trusts whatever is in the `tls.crt`
 * of the other's Secret. The operator sees a new Secret at once, the plugin when the kubelet has brought the mounted
 * file up to date, a minute later or so. Until then one of them still presents the previous certificate, or does not
 * know the present one yet: therefore the previous and the next one are in `tls.crt` too, behind the present one.
 */
export function tlsSecrets(seed: string, validityDays: number, now: Date): TlsSecrets {
  const secret = (role: Role): TlsSecret => {
    const at = (offset: number) => selfSigned(seed, role, validityAt(validityDays, now, offset));
    const present = at(0);
    return {
      "tls.crt": present.certificate + at(-1).certificate + at(1).certificate,
      "tls.key": present.privateKey,
    };
  };
  return { server: secret(serverRole), client: secret(clientRole) };
}

/**
 * How long the present certificate is valid, or one some turns earlier or later. Time is cut into turns of a third of
 * the validity, counted from 1970 so that no state is needed: valid one turn early, in use for one, and one to spare.
 */
export function validityAt(validityDays: number, now: Date, offset = 0): ValidityPeriod {
  const turn = (validityDays * day) / 3;
  const start = (Math.floor(now.getTime() / turn) + offset) * turn;
  return { notBefore: new Date(start - turn), notAfter: new Date(start + 2 * turn) };
}

const day = 24 * 3600 * 1000;
