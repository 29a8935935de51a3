import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import type { Diff, DiffKind } from "./diff.ts";
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

export function diffResponse(diff: Diff): providerProto.DiffResponse {
  const response = new providerProto.DiffResponse();
  const paths = Object.keys(diff.changes);
  const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
  response.setChanges(paths.length === 0 ? DIFF_NONE : DIFF_SOME).setHasdetaileddiff(true);
  response.setDiffsList([...new Set(paths.map(topLevel))]);
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  for (const [path, kind] of Object.entries(diff.changes)) {
    const detail = new providerProto.PropertyDiff().setKind(wireKind(kind)).setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
    if (kind.endsWith("-replace")) response.addReplaces(topLevel(path));
  }
  return response;
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
