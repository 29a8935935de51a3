/**
 * What the program in this repository (config/, tools/, index.ts) uses of the components, beside what is public: the one
 * way in, so that files in the rooms can move. Not part of the package's API.
 */
export type { Rule } from "./pulumi/arguments.ts";
export { asciiJson, shown } from "./pulumi/arguments.ts";
export { isMocked } from "./pulumi/mocks.ts";
export { ifKnown, knownValues, settled } from "./pulumi/outputs.ts";
export { Protection } from "./pulumi/protection.ts";
export { masked } from "./text/masked.ts";
export { isObject } from "./text/merge.ts";

export { reasonOf, statusOf, withDeadline } from "./kubernetes/api.ts";
export { kubeGet, kubeSend } from "./kubernetes/request.ts";
export { answered, notAnswered, warnOnce } from "./kubernetes/ask-first.ts";
export type { KubernetesArgs } from "./kubernetes/kubernetes-args.ts";
export { keepConfigFromLoginCommands } from "./kubernetes/login-environment.ts";
export { namespaceRule } from "./kubernetes/namespace-rule.ts";
export type { StackName } from "./kubernetes/owner.ts";
export { goByFirstName, ownerLabel, ownerLabelOf } from "./kubernetes/owner.ts";
export {
  defaultProviderKubernetes,
  getIfThere,
  hasNamespace,
  servesPodMonitors,
} from "./kubernetes/questions.ts";

export { addressRule, hostKeyRule, portRule, privateKeyRule, sshUserRule } from "./ceph/ssh/host-rules.ts";
export {
  accessKeyIdRule,
  commandRule,
  displayNameRule,
  existingKeysRule,
  keyRotationRule,
  maxBucketsRule,
  quotaRule,
  secretAccessKeyRule,
  takeOverFromRule,
  uidRule,
} from "./ceph/rgw-user/rgw-user-rules.ts";

export { s3Client } from "./s3/client.ts";
export type { S3Connection } from "./s3/connection.ts";
export { withoutSlash } from "./s3/connection.ts";
export { classify } from "./s3/failure.ts";
export { probe } from "./s3/probe.ts";
export { bucketRule, caBundleRule, endpointRule, keyRule, pathRule, regionRule } from "./s3/rules.ts";

export { chartValueNames, chartValueProblems } from "./operator/chart-values.ts";
export { operatorValues, wantsPodMonitor } from "./operator/operator-values.ts";
export { chartRule, chartVersionRule, releaseRule, repositoryRule } from "./operator/rules.ts";

export { barmanPluginType, hasPluginOfOthers } from "./backup-plugin/existing-plugin.ts";
export { imageRule } from "./backup-plugin/rules.ts";
export { backupSecretKeys } from "./backup-secret/contract.ts";

export type { Archive } from "./archive/archive.ts";
export { archivePrefix, checksumEnvironment } from "./archive/barman.ts";
export { withDamage } from "./archive/damage.ts";
export type { DeepProgress, DeepReport } from "./archive/deep-check.ts";
export { deepCheck } from "./archive/deep-check.ts";
export { describeArchive } from "./archive/describe.ts";
export type { ArchiveLocation } from "./archive/location.ts";
export { parseArchiveUrl } from "./archive/location.ts";
export { describeLook, lookInto } from "./archive/look.ts";
export { isNothing, nearbyArchives } from "./archive/nearby.ts";
export { inBatches, readArchive } from "./archive/read-archive.ts";
export type { RecoveryTarget } from "./archive/recovery-problem.ts";
export { recoveryProblem } from "./archive/recovery-problem.ts";
export { shownBytes, shownTime } from "./archive/units.ts";
export { segmentNameAt } from "./archive/wal-segment.ts";

export { liveDrills } from "./restore-drill/live-drills.ts";
export type { LiveDrill } from "./restore-drill/live-drills.ts";
export { defaultNamespace as drillNamespace, drillName } from "./restore-drill/names.ts";
export type { Run } from "./restore-drill/result.ts";
export * as drillRules from "./restore-drill/rules.ts";
export { drillScheduleRule } from "./restore-drill/schedule.ts";
export { drillWarnings } from "./restore-drill/warnings.ts";

export { defaults as databaseDefaults, usesPlugin } from "./postgres/defaults.ts";
export { postgresClusterType, protectedLabel } from "./postgres/labels.ts";
export { sourceStoreName } from "./postgres/plan/plan.ts";
export { replayParameters } from "./postgres/plan/replay-settings.ts";
export * as databaseRules from "./postgres/rules/rules.ts";
