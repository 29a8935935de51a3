import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import type { Diff, DiffAnswer, DiffKind } from "./diff.ts";
import type { CheckResult } from "./provider.ts";
import { markSecretsLike, toStruct, type Props } from "./values.ts";

export function checkResponse(result: CheckResult, news: Props): providerProto.CheckResponse {
  const failures = (result.failures ?? []).map((failure) =>
    new providerProto.CheckFailure().setProperty(failure.property).setReason(failure.reason),
  );
  return new providerProto.CheckResponse()
    .setInputs(toStruct(markSecretsLike(result.inputs, news)))
    .setFailuresList(failures);
}

interface AnswerParts {
  names: boolean;
  paths: "always" | "of changes" | "never";
  replaces: (path: string) => string;
  betweenInputs: (kind: DiffKind) => boolean;
}

const never = () => false;
const samePath = (path: string) => path;
const isDeletion = (kind: DiffKind) => kind.startsWith("delete");

const answers: Record<DiffAnswer, AnswerParts> = {
  bridged: { names: true, paths: "always", replaces: topLevel, betweenInputs: () => true },
  command: { names: true, paths: "always", replaces: topLevel, betweenInputs: never },
  object: { names: false, paths: "always", replaces: samePath, betweenInputs: isDeletion },
  release: { names: true, paths: "of changes", replaces: samePath, betweenInputs: isDeletion },
  names: { names: true, paths: "never", replaces: topLevel, betweenInputs: never },
};

export function diffResponse(diff: Diff): providerProto.DiffResponse {
  const parts = answers[diff.answer ?? "bridged"];
  const paths = Object.keys(diff.changes);
  const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
  const response = new providerProto.DiffResponse()
    .setChanges(paths.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  if (parts.names) response.setDiffsList(unique(paths.map(topLevel)));
  const replacing = paths.filter((path) => diff.changes[path]?.endsWith("-replace"));
  response.setReplacesList(unique(replacing.map(parts.replaces)));
  if (parts.paths === "never" || (parts.paths === "of changes" && paths.length === 0)) return response;
  for (const [path, kind] of Object.entries(diff.changes)) {
    const detail = new providerProto.PropertyDiff()
      .setKind(wireKind(kind))
      .setInputdiff(parts.betweenInputs(kind));
    response.getDetaileddiffMap().set(path, detail);
  }
  return response.setHasdetaileddiff(true);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}

function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function wireKind(kind: DiffKind): providerProto.PropertyDiff.Kind {
  const kinds = providerProto.PropertyDiff.Kind;
  const byName = {
    add: kinds.ADD,
    delete: kinds.DELETE,
    update: kinds.UPDATE,
    "add-replace": kinds.ADD_REPLACE,
    "delete-replace": kinds.DELETE_REPLACE,
    "update-replace": kinds.UPDATE_REPLACE,
  };
  return byName[kind];
}
