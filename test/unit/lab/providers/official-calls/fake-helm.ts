import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject, type Props } from "../../../../../lab/providers/sdk/values.ts";
import { opened } from "./ask.ts";
import type { RecordedCall } from "./recorded.ts";

export interface FakeHelm {
  /** For PATH. */
  folder: string;
  close(): void;
  /** From now on: the release that Helm had, and what it made of it, at this call. */
  prepare(call: RecordedCall): void;
}

// Says what the files beside it hold; an upgrade or install that fails says why, and leaves a failed revision.
const script = `#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
  "show chart") printf 'name: tiny\\nversion: 0.1.0\\n' ;;
  status\\ *)
    if grep -q forbidden "$here/failure"; then sed 's/UPGRADE FAILED: //' "$here/failure" >&2; exit 1; fi
    if [ ! -e "$here/status" ]; then echo 'Error: release: not found' >&2; exit 1; fi
    cat "$here/status" ;;
  "get metadata") cat "$here/metadata" ;;
  install\\ * | upgrade\\ *)
    cat > /dev/null
    cp "$here/next" "$here/status"
    if [ -s "$here/failure" ]; then cat "$here/failure" >&2; exit 1; fi ;;
  uninstall\\ *) rm -f "$here/status" ;;
  *) cat > /dev/null ;;
esac
`;

/** A command `helm` that has one release and knows from a recorded answer what becomes of it. */
export function createFakeHelm(): FakeHelm {
  const folder = mkdtempSync(join(tmpdir(), "fake-helm-"));
  writeFileSync(join(folder, "helm"), script, { mode: 0o755 });
  const put = (name: string, content: Props | string) => {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  };
  return {
    folder,
    close: () => {
      rmSync(folder, { recursive: true });
    },
    prepare: (call) => {
      const { request, response, method, errors = [] } = call;
      const after = opened(response?.properties ?? request.olds);
      rmSync(join(folder, "status"), { force: true });
      const old = request.olds === undefined ? after : opened(request.olds);
      const isGone = method === "Read" && response?.id === undefined;
      if (method !== "Create" && !isGone) put("status", statusOf(old));
      put("next", statusOf(errors.length === 0 ? after : failedRevision(old, opened(request.news))));
      put("metadata", { chart: "tiny", version: "0.1.0", appVersion: "" });
      put("failure", failureOf(errors[0]));
    },
  };
}

/** What Helm keeps of an upgrade that fails, also where it goes back to the revision before. */
function failedRevision({ status, ...old }: Props, news: Props): Props {
  const before = isObject(status) ? status : {};
  const revision = Number(before.revision) + 1;
  return { ...old, values: news.values, status: { ...before, revision, status: "failed" } };
}

function statusOf({ status, values, resourceNames }: Props): Props {
  const { name, namespace, revision, status: phase } = isObject(status) ? status : {};
  return {
    ...{ name, namespace, version: revision, info: { status: phase }, config: values },
    manifest: manifestOf(isObject(resourceNames) ? resourceNames : {}),
  };
}

/** Objects with the names that an answer tells: `{ "Deployment.apps/apps/v1": ["tiny"] }`. */
function manifestOf(resourceNames: Props): string {
  return Object.entries(resourceNames)
    .flatMap(([key, names]) => {
      const [kind = ""] = key.split(/[./]/);
      const apiVersion = key.replace(/^[^/]+\//, "");
      return (Array.isArray(names) ? names : []).map((name: unknown) =>
        JSON.stringify({ apiVersion, kind, metadata: { name } }),
      );
    })
    .map((object) => `---\n${object}\n`)
    .join("");
}

/** What the command says where the library says this. */
function failureOf(error: string | undefined): string {
  const said = /(?:Helm Release [^:]+: |desc = )((?:release|query).*)$/s.exec(error ?? "")?.[1];
  return said === undefined ? "" : `Error: UPGRADE FAILED: ${said}\n`;
}
