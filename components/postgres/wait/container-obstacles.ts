import type { ContainerStatus } from "../cluster/pods-and-jobs.ts";
import { patienceWithOthers } from "./held-up.ts";
import type { Obstacle } from "./obstacle.ts";
import { patienceWithPassing } from "./refusal-advice.ts";

/** By the reason for which a container waits: for how long, and what to do. */
const waiting: Record<string, { patience: number; advice: string } | undefined> = {
  ErrImagePull: image(120),
  ImagePullBackOff: image(120),
  RegistryUnavailable: image(120),
  SignatureValidationFailed: image(120),
  ImageInspectError: image(60),
  ErrImageNeverPull: image(30),
  InvalidImageName: image(10),
  CreateContainerConfigError: {
    patience: patienceWithOthers,
    advice:
      "Make the Secret or ConfigMap that the message names, with that key, in the database's namespace.",
  },
  CreateContainerError: { patience: 50, advice: "The node cannot make the container: see the message." },
  RunContainerError: { patience: 50, advice: "The node cannot start the container: see the message." },
  CrashLoopBackOff: { patience: 30, advice: "The log of the container says why it ends." },
};

function image(patience: number): { patience: number; advice: string } {
  return {
    patience,
    advice:
      "Correct the name of the image, or make the registry reachable from the nodes (a mirror, an imagePullSecret).",
  };
}

/** Whether a container waits for this reason since its image is not to be had. */
export const isImageMissing = (reason = ""): boolean =>
  waiting[reason] !== undefined && waiting[reason].advice === waiting.ErrImagePull?.advice;

/** The registry has said no; else it may only be out of reach for a while. */
const isRefusedByRegistry = (message: string): boolean =>
  /not found|manifest unknown|unauthorized|denied|forbidden|authentication required/i.test(message);

/** The kubelet's longest pause before it pulls an image or starts a container once more is five minutes. */
const longestBackOff = 330;

/** A container that does not run. */
export function containerObstacle(pod: string, container: ContainerStatus): Obstacle[] {
  const { name, image, state } = container;
  const reason = reasonToWait(container);
  const known = waiting[reason];
  if (!known) return [];
  const isImage = isImageMissing(reason);
  const what = isImage
    ? `the image ${image} cannot be pulled`
    : `the container ${name} of the pod ${pod} does not run`;
  return [
    {
      // A job's next pod has another name, and the same image; the two reasons for it alternate.
      key: isImage ? `image ${image}` : `container ${pod}/${name}`,
      pod,
      problem: `${what} (${reason}${state?.waiting?.message ? `: ${state.waiting.message.slice(0, 300)}` : ""})`,
      ...known,
      ...(isImage && isRefusedByRegistry(state?.waiting?.message ?? "") && { patience: 25 }),
      ...(isBackingOff(reason) && attemptOf(container, isImage)),
      ...(isSlow(reason, state?.waiting?.message) && { patience: patienceWithPassing }),
      ...(container.lastState?.terminated?.reason === "OOMKilled" && { advice: tooLittleMemory(name) }),
    },
  ];
}

/** A pull that fails shows another reason than the pause after it; a container that runs may go well this time. */
function attemptOf({ state, restartCount = 0 }: ContainerStatus, isImage: boolean): Partial<Obstacle> {
  if (isImage) return { attempt: state?.waiting?.reason, nextWithin: longestBackOff };
  const isRunning = state?.waiting === undefined;
  return {
    attempt: `${isRunning ? restartCount : restartCount + 1} failed`,
    ...(!isRunning && { nextWithin: longestBackOff }),
  };
}

const isBackingOff = (reason: string): boolean =>
  /^(ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed|CrashLoopBackOff)$/.test(
    reason,
  );

/** On a node whose disk is busy a container takes minutes to be made, and its name is taken meanwhile. */
const isSlow = (reason: string, message = ""): boolean =>
  reason === "CreateContainerError" && /deadline exceeded|is reserved for/.test(message);

/** Between two attempts a container that crashes again and again runs for a moment. */
function reasonToWait({ state, ready, restartCount = 0 }: ContainerStatus): string {
  const isCrashing = ready === false && restartCount > 2 && state?.waiting === undefined;
  return isCrashing ? "CrashLoopBackOff" : (state?.waiting?.reason ?? "");
}

const tooLittleMemory = (container: string): string =>
  `It was killed since it needs more memory than its limit. Raise resources.limits.memory of ${
    container === "postgres" ? "spec" : "backup.objectStore.instanceSidecarConfiguration"
  }.`;
