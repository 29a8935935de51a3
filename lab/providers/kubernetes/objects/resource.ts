import {
  InitializationError,
  isObject,
  type CheckResult,
  type Diff,
  type Operation,
  type Props,
  type ReadResult,
  type Resource,
} from "../../sdk/provider.ts";
import { deleteObject } from "../await/deletion.ts";
import { awaitReady, checkHealth, NotReadyError } from "../await/readiness.ts";
import { parseWaitFor } from "../await/wait-for.ts";
import { NoSuchKindError, isNotFound } from "../cluster/errors.ts";
import type { Session } from "../session.ts";
import { prune } from "./compare.ts";
import { createObject } from "./create.ts";
import { diffObject } from "./diff.ts";
import { fieldManagerOf } from "./field-manager.ts";
import { nameObject } from "./naming.ts";
import { normalize, toKubernetesKeys, toPulumiKeys } from "./normalize.ts";
import {
  annotation,
  annotations,
  idOf,
  isCustomResourceDefinition,
  isFullyKnown,
  namespaceOf,
  parseId,
  valueAt,
  withMetadata,
  without,
  type Kind,
  type KubeObject,
} from "./object.ts";
import { notLive } from "./not-live.ts";
import { hideSecretData, liveInState, toState } from "./state.ts";
import { updateObject } from "./update.ts";

/** Any kind of Kubernetes object, built in or custom. */
export class ObjectResource implements Resource {
  readonly #session: Session;
  readonly #kind: Kind;

  constructor(session: Session, kind: Kind) {
    this.#session = session;
    this.#kind = kind;
  }

  async check({ urn, olds, news }: { urn: string; olds: Props; news: Props }): Promise<CheckResult> {
    const existing = Object.keys(olds).length === 0 ? undefined : toKubernetesKeys(olds);
    const declared = normalize({ ...this.#kind, ...toKubernetesKeys(news) });
    const waitFor = annotation(declared, annotations.waitFor);
    if (waitFor !== undefined) parseWaitFor(waitFor);
    const named = nameObject(declared, existing, urn);
    const inputs = await this.#inNamespace(named);
    if (isCustomResourceDefinition(inputs)) this.#session.scopes.learn(inputs);
    return { inputs: hideSecretData(toPulumiKeys(inputs)) };
  }

  async diff({ state, olds, news }: { state: Props; olds: Props; news: Props }): Promise<Diff> {
    const diff = diffObject({
      live: liveInState(state),
      oldInputs: toKubernetesKeys(olds),
      news: toKubernetesKeys(news),
      namespaced: await this.#session.isNamespaced(this.#kind),
      mutability: this.#session.settings,
    });
    return { ...diff, answer: "object" };
  }

  async create(
    args: Operation & { inputs: Props; preview: boolean },
  ): Promise<{ id: string; outputs: Props }> {
    const inputs = await this.#scoped(toKubernetesKeys(args.inputs));
    if (args.preview && !(await this.#canPreview(inputs))) return { id: "", outputs: args.inputs };
    await this.#session.requireCluster();
    const manager = fieldManagerOf(inputs, {});
    const live = await createObject(this.#session, inputs, { ...args, fieldManager: manager });
    if (live === undefined) return { id: "", outputs: args.inputs };
    if (args.preview) return { id: "", outputs: without(toState(inputs, live, manager), "status") };
    const ready = await this.#ready(args, "created", { inputs, live, fieldManager: manager });
    return { id: idOf(live), outputs: toState(inputs, ready, manager) };
  }

  async update(
    args: Operation & { id: string; state: Props; olds: Props; news: Props; preview: boolean },
  ): Promise<Props> {
    const inputs = await this.#scoped(normalize(toKubernetesKeys(args.news)));
    if (args.preview && !(await this.#canPreview(inputs))) return args.news;
    await this.#session.requireCluster();
    const manager = fieldManagerOf(inputs, args.state);
    const old = liveInState(args.state);
    const live = await updateObject(this.#session, inputs, old, { ...args, fieldManager: manager });
    if (live === undefined) return args.news;
    if (args.preview) return toState(inputs, live, manager);
    const ready = await this.#ready(args, "updated", { inputs, live, fieldManager: manager });
    return toState(inputs, ready, manager);
  }

  async read(args: Operation & { id: string; inputs: Props; state: Props }): Promise<ReadResult | undefined> {
    if (!(await this.#session.canRead(args.urn))) return undefined;
    const { name, namespace } = parseId(args.id);
    const oldInputs = normalize(toKubernetesKeys(args.inputs));
    try {
      const live = await this.#session.api.get({ ...this.#kind, name, namespace }, args.signal);
      const isOurs = Object.keys(oldInputs).length > 0;
      const inputs = isOurs ? prune(live, oldInputs) : inputsOf(live);
      const found = {
        id: args.id,
        inputs: hideSecretData(toPulumiKeys(inputs)),
        outputs: toState(inputs, live, fieldManagerOf(inputs, args.state)),
      };
      if (isOurs) await this.#checkHealth(found, inputs, live);
      return found;
    } catch (error) {
      if (isNotFound(error) || error instanceof NoSuchKindError) return undefined;
      throw error;
    }
  }

  /** An object that is not well is read all the same: the engine warns of it, and the next `up` updates it. */
  async #checkHealth(found: ReadResult, inputs: KubeObject, live: KubeObject): Promise<void> {
    try {
      await checkHealth(this.#session.api, inputs, live);
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      throw new InitializationError(found, error.message, error.causes);
    }
  }

  async delete(args: Operation & { id: string; state: Props; inputs: Props }): Promise<void> {
    if (!(await this.#session.canDelete(args.urn))) return;
    const live = { ...this.#kind, ...liveInState(args.state) };
    await deleteObject(this.#session.api, toKubernetesKeys(args.inputs), live, {
      ...args,
      report: this.#report(args.urn),
    });
  }

  /** The provider's namespace for an object that names none. A kind that is not there yet is taken as namespaced. */
  async #inNamespace(object: KubeObject): Promise<KubeObject> {
    const isSet = valueAt(object, "metadata", "namespace") !== undefined;
    if (isSet || !isObject(object.metadata) || !(await this.#session.isNamespaced(this.#kind))) return object;
    return withMetadata(object, { namespace: this.#session.settings.namespace });
  }

  /** Takes the namespace off again where `check` did not know yet that the kind has none. */
  async #scoped(object: KubeObject): Promise<KubeObject> {
    if (namespaceOf(object) === undefined || (await this.#session.isNamespaced(this.#kind))) return object;
    return withMetadata(object, { namespace: undefined });
  }

  async #canPreview(inputs: KubeObject): Promise<boolean> {
    if (!isFullyKnown(inputs) || (await this.#session.unreachable()) !== undefined) return false;
    return (await this.#session.api.discovery.find(this.#kind)) !== undefined;
  }

  /** Waits; an object that exists but is not well is stored all the same, so that it is not lost. */
  async #ready(
    args: Operation,
    done: "created" | "updated",
    made: { inputs: KubeObject; live: KubeObject; fieldManager: string },
  ): Promise<KubeObject> {
    const { inputs, live } = made;
    try {
      return await awaitReady(this.#session.api, inputs, live, { ...args, report: this.#report(args.urn) });
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      throw notLive(args.urn, done, { ...made, live: error.live }, error.message, error.causes);
    }
  }

  #report(urn: string): (waitingFor: string) => void {
    return (waitingFor) => {
      this.#session.log.debug(`waiting for ${waitingFor}`, urn);
    };
  }
}

/** What a program would have declared to get an object that Pulumi did not make. */
function inputsOf(live: KubeObject): KubeObject {
  return without(normalize(live), "status");
}
