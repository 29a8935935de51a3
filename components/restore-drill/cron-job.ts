import type * as kubernetes from "@pulumi/kubernetes";

import { backupSecretKeys } from "../backup-secret/contract.ts";
import { markerSecretName } from "./marker.ts";
import { drillPods } from "./network.ts";
import { accountName } from "./rights.ts";
import type { DrillSettings } from "./settings.ts";

export const scriptsName = "restore-drill-scripts";
export const storeSecretName = "restore-drill-store";
export const heartbeatKey = "HEARTBEAT_URL";

/** What the program needs to end a run in order: the deletion of the copy, and the result. */
const cleanUpSeconds = 300;

/** Long enough to read the log of a run that was killed; its copy is deleted with it, at the latest then. */
const keptSeconds = 480;

type CronJobSpec = kubernetes.types.input.batch.v1.CronJobSpec;
type Container = kubernetes.types.input.core.v1.Container;
type EnvVar = kubernetes.types.input.core.v1.EnvVar;

interface Surroundings {
  image: string;
  hasPrivateCa: boolean;
  hasHeartbeat: boolean;

  /** Whether it must not run. */
  isSuspended: boolean;
}

/** One run at a time, never repeated by Kubernetes, and ended by it where the program itself does not end. */
export function cronJobSpec(settings: DrillSettings, surroundings: Surroundings): CronJobSpec {
  const { job, schedule, timeZone } = settings;
  return {
    schedule,
    timeZone,
    suspend: surroundings.isSuspended,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: {
      metadata: { labels: { ...drillPods, "cnpg-rgw/drill": job.drill } },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: job.leaseSeconds + job.deadlineSeconds + cleanUpSeconds,
        ttlSecondsAfterFinished: keptSeconds,
        template: {
          metadata: { labels: { ...drillPods, "cnpg-rgw/drill": job.drill } },
          spec: {
            restartPolicy: "Never",
            serviceAccountName: accountName,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: cleanUpSeconds,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 26,
              runAsGroup: 26,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [container(settings, surroundings)],
            volumes: [
              { name: "scripts", configMap: { name: scriptsName } },
              { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
              ...(surroundings.hasPrivateCa ? [caVolume] : []),
            ],
          },
        },
      },
    },
  };
}

const caVolume = {
  name: "store-ca",
  secret: { secretName: storeSecretName, items: [{ key: backupSecretKeys.caBundle, path: "ca.crt" }] },
};

function container({ job }: DrillSettings, { image, hasPrivateCa, hasHeartbeat }: Surroundings): Container {
  return {
    name: "drill",
    image,
    command: ["/venv/bin/python3", "/drill/drill.py"],
    env: [
      { name: "DRILL", value: JSON.stringify(job) },
      field("POD_NAME", "metadata.name"),
      field("POD_UID", "metadata.uid"),
      field("POD_NAMESPACE", "metadata.namespace"),
      field("JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"),
      secret("S3_ACCESS_KEY_ID", storeSecretName, backupSecretKeys.accessKeyId),
      secret("S3_SECRET_ACCESS_KEY", storeSecretName, backupSecretKeys.secretAccessKey),
      ...(job.marker ? [secret("MARKER_PASSWORD", markerSecretName(job.drill), "password")] : []),
      ...(hasHeartbeat ? [secret(heartbeatKey, storeSecretName, heartbeatKey)] : []),
      ...(hasPrivateCa ? [{ name: "S3_CA_FILE", value: "/store-ca/ca.crt" }] : []),
      { name: "HOME", value: "/tmp" },
      { name: "PYTHONDONTWRITEBYTECODE", value: "1" },
      { name: "PYTHONUNBUFFERED", value: "1" },
    ],
    // With none it would be the first to be evicted, and the copy would be left without its drill.
    resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "512Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "scripts", mountPath: "/drill", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(hasPrivateCa ? [{ name: "store-ca", mountPath: "/store-ca", readOnly: true }] : []),
    ],
  };
}

const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

const secret = (name: string, secretName: string, key: string): EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});
