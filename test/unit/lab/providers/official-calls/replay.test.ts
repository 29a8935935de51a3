/**
 * Sends what the real engine once sent to the official plugins to the lab's stand-ins, and compares the answers field
 * by field: a stand-in must not be kinder than what it stands in for. What differs has a reason in known-differences.ts.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { after, before, describe, it } from "mocha";
import { InitializationError } from "../../../../../lab/providers/sdk/errors.ts";
import { isObject, type Props } from "../../../../../lab/providers/sdk/values.ts";
import { newKey, startSshServer, type SshServer } from "../../../../support/ssh-server.ts";
import { kubeconfigFor } from "../../../components/kubernetes/api-server.ts";
import { ask, type Answer } from "./ask.ts";
import { differences, normalize, type Difference } from "./compare.ts";
import { startFakeCluster, type FakeCluster } from "./fake-cluster.ts";
import { createFakeHelm, type FakeHelm } from "./fake-helm.ts";
import { isKnown, knownDifferences, tableOfDifferences } from "./known-differences.ts";
import { definitionFor } from "./plugins.ts";
import { nameOfCall, recordedCalls, type RecordedCall } from "./recorded.ts";

const files = ["command.jsonl", "random.jsonl", "kubernetes.jsonl", "release.jsonl"];
const readme = new URL("../../../../../lab/providers/README.md", import.meta.url);

describe("the stand-ins, asked what the official plugins were asked", () => {
  let cluster: FakeCluster;
  let helm: FakeHelm;
  let sshd: SshServer;
  const path = process.env.PATH;
  before(async () => {
    cluster = await startFakeCluster();
    sshd = await startSshServer();
    helm = createFakeHelm();
    process.env.PATH = `${helm.folder}${delimiter}${path ?? ""}`;
  });
  after(async () => {
    process.env.PATH = path;
    helm.close();
    await Promise.all([cluster.close(), sshd.close()]);
  });

  const replay = async (call: RecordedCall): Promise<Answer> => {
    cluster.prepare(call);
    helm.prepare(call);
    const definition = await definitionFor(call, cluster.url);
    return withPlaceholders(await ask(definition, patient(withRealThings(call, sshd))), sshd);
  };

  const used = new Set<number>();
  for (const file of files) {
    for (const call of recordedCalls(file)) {
      it(nameOfCall(call), async () => {
        const found = compare(call, await replay(call));
        const unknown = found.filter((difference) => !isKnown(call, difference, used));
        assert.deepEqual(unknown, []);
      });
    }
  }

  it("saves the new values of a Release whose upgrade failed and was rolled back", async () => {
    const calls = recordedCalls("release.jsonl");
    const failing = calls.find(({ step, errors }) => step === "p11-helm-bad" && errors !== undefined);
    const next = calls.find(({ step, method }) => step === "p12-helm-back" && method === "Diff");
    assert.ok(failing !== undefined && next !== undefined);
    const { error } = await replay(failing);
    assert.ok(error instanceof InitializationError);
    const saved = isObject(next.request.olds) ? next.request.olds : {};
    assert.deepEqual(error.outputs.values, { bad: true, pass: "<pass>", text: "two" });
    assert.deepEqual(error.outputs.status, saved.status);
  });

  it("has no reason left over for a difference that there is no more", () => {
    const idle = knownDifferences.filter((_, i) => !used.has(i)).map(({ row, field }) => `${row}: ${field}`);
    assert.deepEqual(idle, []);
  });

  it("has the differences that are left in the README of the stand-ins", () => {
    assert.ok(readFileSync(readme, "utf8").includes(tableOfDifferences()), tableOfDifferences());
  });
});

function compare(call: RecordedCall, answer: Answer): Difference[] {
  const official = { response: inOneForm(call, call.response), error: normalize(call.errors?.[0]) };
  const standIn = { response: inOneForm(call, answer.response), error: normalize(answer.message) };
  return differences(official, standIn);
}

/** An answer, with a placeholder for whatever is made by chance. */
function inOneForm(call: RecordedCall, response: Props | null): unknown {
  if (response === null) return null;
  const text = JSON.stringify(response)
    .replaceAll(new RegExp(`"${call.name}[0-9a-f]{8}"`, "g"), `"${call.name}<hex>"`)
    .replaceAll(new RegExp(`"${call.name}-(<rand>|[0-9a-f]{8})"`, "g"), `"${call.name}-<rand>"`);
  const made: unknown = JSON.parse(text);
  if (!isObject(made)) return made;
  const isUpdate = call.method === "Update" && call.request.preview !== true;
  // Who owns fields is the API server's account: the test's own keeps it for updates alone.
  const inOneForm = normalize(isUpdate ? made : withoutManagers(made));
  return call.provider === "random" ? withPlaceholder(inOneForm) : inOneForm;
}

function withoutManagers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (key === "managedFields" ? undefined : inner)),
  );
}

/** A random text is another one each time. */
function withPlaceholder(response: unknown): unknown {
  const properties = isObject(response) ? response.properties : undefined;
  const result = isObject(properties) ? properties.result : undefined;
  const text = isObject(result) ? Object.values(result)[0] : result;
  if (typeof text !== "string" || text.startsWith("<") || text.startsWith("04da6b54")) return response;
  return JSON.parse(JSON.stringify(response).replaceAll(text, "<result>"));
}

/** No object is waited for as long as in the recording. */
function patient(call: RecordedCall): RecordedCall {
  if (call.provider !== "kubernetes") return call;
  return { ...call, request: { ...call.request, timeout: 0.3 } };
}

/** The SSH server of the test, in the place of the recording's Ceph host; the kubeconfigs of its lab. */
function withRealThings(call: RecordedCall, { port, hostKey, privateKey }: SshServer): RecordedCall {
  const isRun = ["Create", "Update", "Delete"].includes(call.method) && call.request.preview !== true;
  const things = call.method === "DiffConfig" ? kubeconfigs : isRun ? host(port, hostKey, privateKey) : [];
  const text = things.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(call.request));
  const request: unknown = JSON.parse(text);
  return isObject(request) ? { ...call, request } : call;
}

/** And back again, in an answer. */
function withPlaceholders({ response, ...rest }: Answer, { port, hostKey, privateKey }: SshServer): Answer {
  const back = host(port, hostKey, privateKey).map(([from, to]) => [to, from] as const);
  const text = back.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(response));
  const restored: unknown = JSON.parse(text);
  return { ...rest, response: isObject(restored) ? restored : null };
}

const anotherKey = newKey().public;

function host(port: number, hostKey: string, privateKey: string): readonly (readonly [string, string])[] {
  return [
    ['"host":"10.0.0.10"', '"host":"127.0.0.1"'],
    ['"port":22,', `"port":${port},`],
    ['"port":2,', '"port":1,'],
    ['"<host key>"', JSON.stringify(hostKey)],
    ['"<another host key>"', JSON.stringify(anotherKey)],
    ['"<privateKey>"', JSON.stringify(privateKey)],
  ];
}

const kubeconfigs: readonly (readonly [string, string])[] = [
  ['"<kubeconfig>"', JSON.stringify(kubeconfigFor("https://10.0.0.20:6443"))],
  ['"<kubeconfig 2>"', JSON.stringify(`${kubeconfigFor("https://10.0.0.20:6443")}\n# another comment`)],
  ['"<kubeconfig 3>"', JSON.stringify(kubeconfigFor("https://10.0.0.10:9"))],
  ['"<kubeconfig 6>"', JSON.stringify("{a: [")],
];
