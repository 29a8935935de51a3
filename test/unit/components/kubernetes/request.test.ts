import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "mocha";

import { getOrUndefined } from "../../../../components/kubernetes/questions.ts";
import { withDeadline, reasonOf } from "../../../../components/kubernetes/api.ts";
import { configurationFor, loggedInConfigOf } from "../../../../components/kubernetes/client.ts";
import { kubeGet, requestsAtOnce } from "../../../../components/kubernetes/request.ts";
import { Queue } from "../../../../components/kubernetes/queue.ts";
import { readCluster } from "../../../../components/postgres/cluster/cluster-resource.ts";
import { liveCluster } from "../../../../components/postgres/cluster/live-cluster.ts";
import { ownClusters } from "../../../../components/postgres/cluster/own-clusters.ts";
import { volumeClaims } from "../../../../components/postgres/cluster/volume-claims.ts";
import { kubeconfigFor } from "./api-server.ts";
import { clusterObject } from "../postgres/wait/objects.ts";
import { afterTest } from "../../../support/after-test.ts";

/** A server that answers after a while, and counts how many requests it has at once. */
async function slowServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const counts = { now: 0, most: 0, all: 0 };
  const server = createServer((request, response) => {
    counts.now += 1;
    counts.all += 1;
    counts.most = Math.max(counts.most, counts.now);
    response.on("close", () => {
      counts.now -= 1;
    });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no TCP address");
  return { counts, url: `http://127.0.0.1:${address.port}` };
}

/** A kubeconfig whose user logs in by a command that counts its runs; it takes as long as given. */
function withCountedLogin(server: string, seconds: number, lifetime = "1 hour") {
  const folder = mkdtempSync(join(tmpdir(), "login-"));
  afterTest(() => {
    rmSync(folder, { recursive: true });
  });
  const count = join(folder, "count");
  const command =
    `echo x >> ${count}; n=$(wc -l < ${count}); sleep ${seconds}; end=$(date -u -d '+${lifetime}' +%Y-%m-%dT%H:%M:%SZ); ` +
    'echo \'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t\'$n\'","expirationTimestamp":"\'$end\'"}}\'';
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "sh",
    args: ["-c", command],
    interactiveMode: "Never",
  };
  const kubeconfig = kubeconfigFor(server).replace('"user":{}', `"user":{"exec":${JSON.stringify(exec)}}`);
  return { kubeconfig, logins: () => readFileSync(count, "utf8").split("\n").length - 1 };
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("the questions of one run", () => {
  it("of 300 databases are asked with one login, a few at once, and each has its answer", async () => {
    const { counts, url } = await slowServer(({ headers }, response) => {
      const isIn = headers.authorization === "Bearer t1";
      setTimeout(() => json(response, isIn ? { ...clusterObject(), items: [] } : {}, isIn ? 200 : 401), 20);
    });
    const { logins, ...cluster } = withCountedLogin(url, 1);
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const name = `db-${i}`;
        const [live, mine, volumes, read] = await Promise.all([
          liveCluster(cluster, { namespace: "shop", name }),
          ownClusters(cluster, name, "shop"),
          volumeClaims(cluster, { namespace: "shop", name }),
          withDeadline(10_000, async (deadline) =>
            readCluster(await configurationFor(cluster, deadline), "shop", name),
          ),
        ]);
        return [live.state, mine.clusters.length, volumes?.length, read.metadata.name];
      }),
    );
    assert.deepEqual(
      answers.filter((each) => each.join() !== "present,0,0,orders"),
      [],
    );
    assert.equal(logins(), 1);
    // The list of all Clusters of the program is asked for once.
    assert.equal(counts.all, 901);
    assert.ok(counts.most <= requestsAtOnce, `${counts.most} at once`);
    // What is no request, such as psql in a pod, goes with the same login.
    const options = {};
    await withDeadline(10_000, async (deadline) =>
      (await loggedInConfigOf(cluster, deadline)).applyToHTTPSOptions(options),
    );
    assert.deepEqual(options, { ...options, headers: { Authorization: "Bearer t1" } });
    assert.equal(logins(), 1);
  });

  it("are asked with one new login for all of them where a token has had its time", async () => {
    let valid = "t1";
    const { url } = await slowServer(({ headers }, response) => {
      setTimeout(() => json(response, {}, headers.authorization === `Bearer ${valid}` ? 200 : 401), 5);
    });
    const { logins, ...cluster } = withCountedLogin(url, 0.1, "1 second");
    const ask = () => Promise.all(Array.from({ length: 50 }, () => getOrUndefined(cluster, "/x")));
    assert.ok((await ask()).every((answer) => answer !== undefined));
    valid = "t2";
    await sleep(1_100);
    assert.ok((await ask()).every((answer) => answer !== undefined));
    assert.equal(logins(), 2);
  });

  it("end together where the server answers nobody, not one after the other", async () => {
    const { counts, url } = await slowServer(() => undefined);
    const cluster = { kubeconfig: kubeconfigFor(url) };
    const started = Date.now();
    const ends = await Promise.all(
      Array.from({ length: 200 }, () =>
        withDeadline(500, (deadline) => kubeGet(cluster, "/x", deadline)).then(() => "answered", reasonOf),
      ),
    );
    assert.deepEqual(new Set(ends), new Set(["no answer within 0.5 s"]));
    assert.ok(Date.now() - started < 3_000, `after ${Date.now() - started} ms`);
    assert.ok(counts.all <= 2 * requestsAtOnce, `${counts.all} requests`);
  });

  it("have their time from when they are sent, however long they wait for their turn", async () => {
    const queue = new Queue(1);
    const started = Date.now();
    const ask = () => withDeadline(1_500, (deadline) => queue.run(deadline, () => sleep(400, "answered")));
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    assert.deepEqual(new Set(answers), new Set(["answered"]));
    assert.ok(Date.now() - started > 2_000);
  });

  it("go on where one of them has no answer and others have", async () => {
    const { url } = await slowServer(({ url: path }, response) => {
      if (path !== "/silent") setTimeout(() => json(response, {}), 50);
    });
    const cluster = { kubeconfig: kubeconfigFor(url) };
    const ask = (path: string) => withDeadline(1_000, (deadline) => kubeGet(cluster, path, deadline));
    const silent = ask("/silent").then(() => "answered", reasonOf);
    const others = await Promise.all(Array.from({ length: 400 }, () => ask("/x")));
    assert.equal(others.length, 400);
    assert.equal(await silent, "no answer within 1 s");
  });
});
