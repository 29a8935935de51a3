import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, it } from "mocha";
import { type TLSSocket, connect, createServer } from "node:tls";

import fc from "fast-check";

import { type TlsSecrets, tlsSecrets, validityAt } from "../../../../components/backup-plugin/renewal.ts";

const day = 86_400_000;
const days = fc.integer({ min: 30, max: 36500 });
const moment = fc.date({
  min: new Date("2024-01-01T00:00:00Z"),
  max: new Date("2100-01-01T00:00:00Z"),
  noInvalidDate: true,
});

describe("validityAt", () => {
  it("is valid now, has a third of its time left and began a third ago: clocks may differ", () => {
    fc.assert(
      fc.property(days, moment, (validityDays, now) => {
        const { notBefore, notAfter } = validityAt(validityDays, now);
        const third = (validityDays * day) / 3;
        assert.equal(notAfter.getTime() - notBefore.getTime(), 3 * third);
        assert.ok(now.getTime() - notBefore.getTime() >= third);
        assert.ok(notAfter.getTime() - now.getTime() > third);
      }),
    );
  });

  it("changes once in a third of the time: previews in between show nothing", () => {
    fc.assert(
      fc.property(days, moment, (validityDays, now) => {
        const third = (validityDays * day) / 3;
        const start = validityAt(validityDays, now).notBefore.getTime() + third;
        const at = (time: number) => validityAt(validityDays, new Date(time));
        assert.deepEqual(at(start), at(start + third - 1));
        assert.notDeepEqual(at(start), at(start + third));
        assert.notDeepEqual(at(start), at(start - 1));
      }),
    );
  });
});

describe("tlsSecrets", () => {
  const now = new Date();
  const later = (thirds: number) => new Date(now.getTime() + thirds * 1000 * day);
  const secretsAt = (time: Date, seed = "seed") => tlsSecrets(seed, 3000, time);

  it("has the present certificate first, and the previous and the next one behind it", () => {
    const subjects = certificatesIn(secretsAt(now).server["tls.crt"]);
    const next = certificatesIn(secretsAt(later(1)).server["tls.crt"]);
    assert.equal(subjects.length, 3);
    assert.equal(subjects[2], next[0]);
    assert.equal(subjects[0], next[1]);
  });

  it("is the same on each run until a renewal is due", () => {
    assert.deepEqual(secretsAt(now), secretsAt(now));
    assert.notDeepEqual(secretsAt(now), secretsAt(later(1)));
    assert.notDeepEqual(secretsAt(now), secretsAt(now, "another seed"));
  });

  // Certificates of a neighbouring turn are valid now as well, so the real clock serves for all of these.
  const before = secretsAt(now);
  const after = secretsAt(later(1));

  it("connects operator and plugin, whichever of them sees a renewal first", async () => {
    assert.equal(await handshake({ plugin: before, operator: before }), "ed25519 over TLSv1.3");
    assert.equal(await handshake({ plugin: before, operator: after }), "ed25519 over TLSv1.3");
    assert.equal(await handshake({ plugin: after, operator: before }), "ed25519 over TLSv1.3");
    assert.equal(await handshake({ plugin: after, operator: after }), "ed25519 over TLSv1.3");
  });

  it("connects nobody else", async () => {
    const stranger = secretsAt(now, "another seed");
    const mixed = (server: TlsSecrets, client: TlsSecrets) => ({
      server: server.server,
      client: client.client,
    });
    // The stranger knows the public half of the other side's certificate.
    await assert.rejects(handshake({ plugin: before, operator: mixed(before, stranger) }));
    await assert.rejects(handshake({ plugin: mixed(stranger, before), operator: before }));
    // A server's certificate does not make a client, even where it is trusted.
    const serverOnly = { server: before.server, client: before.server };
    await assert.rejects(handshake({ plugin: serverOnly, operator: serverOnly }));
  });

  it("no longer connects once the certificates are past their time", async () => {
    const expired = secretsAt(later(-3));
    await assert.rejects(handshake({ plugin: expired, operator: expired }), /expired/);
  });
});

const certificatesIn = (pem: string): string[] =>
  pem.split(/(?=-----BEGIN)/).map((certificate) => new X509Certificate(certificate).fingerprint256);

/**
 * What operator (client) and plugin (server) do with the two Secrets as each of them sees them: present one's own,
 * and trust the certificates in the other's tls.crt. Says what the plugin saw of the operator.
 */
async function handshake(seen: { plugin: TlsSecrets; operator: TlsSecrets }): Promise<string> {
  const { plugin, operator } = seen;
  const server = createServer({
    cert: plugin.server["tls.crt"],
    key: plugin.server["tls.key"],
    ca: plugin.client["tls.crt"],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.3",
  });
  let refusal = new Error("the server closed the connection");
  server.on("tlsClientError", (error: Error) => (refusal = error));
  server.on("secureConnection", (socket: TLSSocket) => {
    const keyType = socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType;
    socket.end(`${keyType ?? "no key"} over ${socket.getProtocol() ?? "nothing"}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = connect({
    port,
    host: "127.0.0.1",
    servername: "barman-cloud",
    cert: operator.client["tls.crt"],
    key: operator.client["tls.key"],
    ca: operator.server["tls.crt"],
    minVersion: "TLSv1.3",
  });
  try {
    // In TLS 1.3 a client that the server refuses is connected for a moment, and then reads nothing.
    const received = await text(client);
    if (received === "") throw refusal;
    return received;
  } finally {
    client.destroy();
    server.close();
  }
}
