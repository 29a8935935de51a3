import {
  InitializationError,
  isObject,
  secret,
  UNKNOWN,
  type CheckFailure,
  type CheckResult,
  type Diff,
  type Operation,
  type Props,
  type ReadResult,
  type Resource,
} from "../../sdk/provider.ts";
import { messageOf } from "../../sdk/errors.ts";
import { autoname } from "../objects/naming.ts";
import { formatId, isCustomResourceDefinition, nameInUrn, parseId } from "../objects/object.ts";
import type { Session } from "../session.ts";
import {
  defaultTimeoutSeconds,
  installArguments,
  showChartArguments,
  templateArguments,
  uninstallArguments,
  upgradeArguments,
} from "./arguments.ts";
import { helm } from "./command.ts";
import { diffRelease, mergeValues } from "./diff.ts";
import {
  checkRelease,
  declared,
  isResolvable,
  parseRelease,
  unsetInputs,
  unsetRepository,
  type ReleaseInputs,
} from "./inputs.ts";
import { findRelease, objectsIn, parseChart, type LiveRelease } from "./live.ts";

/** `kubernetes:helm.sh/v3:Release`: a real Helm release, which `helm` itself can see and roll back. */
export class ReleaseResource implements Resource {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async check({ urn, olds, news }: { urn: string; olds: Props; news: Props }): Promise<CheckResult> {
    const inputs = this.#withDefaults(news, olds, urn);
    const failures = checkRelease(inputs);
    if (failures.length > 0 || !isResolvable(inputs)) return { inputs, failures };
    const release = parseRelease(inputs);
    try {
      const chart = parseChart(await helm(this.#session, showChartArguments(release)));
      await this.#learnDefinitions(release);
      return { inputs: { ...inputs, version: chart.version } };
    } catch (error) {
      return { inputs, failures: [chartFailure(error)] };
    }
  }

  async diff({ state, olds, news }: { state: Props; olds: Props; news: Props }): Promise<Diff> {
    return Promise.resolve({ ...diffRelease(state, olds, news), answer: "release" });
  }

  async create(
    args: Operation & { inputs: Props; preview: boolean },
  ): Promise<{ id: string; outputs: Props }> {
    if (args.preview) return { id: "", outputs: previewOutputs(args.inputs) };
    await this.#requireCluster("create");
    const release = parseRelease(args.inputs);
    const id = formatId(release.namespace, release.name);
    const before = await findRelease(this.#session, release.name, release.namespace);
    try {
      await helm(this.#session, installArguments(release), {
        values: release.values ?? {},
        signal: args.signal,
      });
    } catch (error) {
      const left = await findRelease(this.#session, release.name, release.namespace);
      // Nothing is left, or what is there is not ours: there is nothing to keep in the state.
      if (left === undefined || left.revision === before?.revision) throw error;
      throw failed("was created, but failed to initialize completely", args.inputs, left, error);
    }
    return { id, outputs: toOutputs(args.inputs, await this.#found(release)) };
  }

  async update(args: Operation & { state: Props; news: Props; preview: boolean }): Promise<Props> {
    if (args.preview) return previewOutputs(args.news);
    await this.#requireCluster("update");
    const release = parseRelease(args.news);
    const before = await findRelease(this.#session, release.name, release.namespace);
    try {
      await helm(this.#session, upgradeArguments(release), {
        values: release.values ?? {},
        signal: args.signal,
      });
    } catch (error) {
      // What goes into the state is the revision that failed, also where Helm has rolled it back since.
      const revision = (before?.revision ?? 0) + 1;
      const left = await findRelease(this.#session, release.name, release.namespace, revision);
      // Helm refused before it made a new revision: the release is as it was.
      if (left === undefined) throw error;
      throw failed("failed to initialize completely", args.news, left, error);
    }
    return toOutputs(args.news, await this.#found(release));
  }

  async read(args: Operation & { id: string; inputs: Props; state: Props }): Promise<ReadResult | undefined> {
    if (!(await this.#session.canRead(args.urn))) return undefined;
    const { namespace = this.#session.settings.namespace, name } = parseId(args.id);
    const live = await findRelease(this.#session, name, namespace);
    if (live === undefined) return undefined;
    const isOurs = Object.keys(args.inputs).length > 0;
    const inputs = isOurs ? args.inputs : inputsOf(live);
    return { id: args.id, inputs, outputs: toOutputs(inputs, live, args.state) };
  }

  async delete(args: Operation & { state: Props; inputs: Props }): Promise<void> {
    const problem = await this.#session.unreachable();
    if (problem !== undefined) {
      throw new Error(
        `can't delete Helm Release with unreachable cluster. Reason: ${JSON.stringify(problem)}`,
      );
    }
    const release = parseRelease(args.inputs);
    const said = await helm(this.#session, uninstallArguments(release), { signal: args.signal });
    // Otherwise it says nothing but `release "x" uninstalled`.
    if (said.includes("\n")) this.#session.log.warning(`helm uninstall: ${said}`, args.urn);
  }

  #withDefaults(news: Props, olds: Props, urn: string): Props {
    const isSet = (value: unknown) => value !== undefined && value !== "";
    const waits = news.skipAwait !== true;
    const { timeout, ...unset } = unsetInputs;
    const { repositoryOpts } = news;
    return {
      ...unset,
      ...declared(news),
      ...(isObject(repositoryOpts) ? { repositoryOpts: { ...unsetRepository, ...repositoryOpts } } : {}),
      name: isSet(news.name) ? news.name : (olds.name ?? autoname(nameInUrn(urn))),
      namespace: isSet(news.namespace) ? news.namespace : this.#session.settings.namespace,
      timeout: news.timeout ?? (waits ? defaultTimeoutSeconds : timeout),
    };
  }

  async #requireCluster(doing: "create" | "update"): Promise<void> {
    const problem = await this.#session.unreachable();
    if (problem !== undefined) {
      throw new Error(`can't ${doing} Helm Release with unreachable cluster: ${problem}`);
    }
  }

  /** So that a custom resource of the same program can be previewed before the chart has brought its definition. */
  async #learnDefinitions(release: ReleaseInputs): Promise<void> {
    try {
      const manifest = await helm(this.#session, templateArguments(release), {
        values: release.values ?? {},
      });
      for (const definition of objectsIn(manifest).filter(isCustomResourceDefinition)) {
        this.#session.scopes.learn(definition);
      }
    } catch (error) {
      // A chart that does not render fails at install, with helm's own words.
      this.#session.log.debug(`the chart's definitions are not known in this preview: ${String(error)}`);
    }
  }

  async #found(release: ReleaseInputs): Promise<LiveRelease> {
    const live = await findRelease(this.#session, release.name, release.namespace);
    if (live === undefined) {
      throw new Error(
        `helm release ${formatId(release.namespace, release.name)} is gone right after helm made it`,
      );
    }
    return live;
  }
}

function chartFailure(error: unknown): CheckFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { property: "chart", reason: `${message}; check the chart name and repository configuration.` };
}

function failed(what: string, inputs: Props, left: LiveRelease, error: unknown): InitializationError {
  const id = formatId(left.namespace, left.name);
  return new InitializationError(
    { id, outputs: toOutputs(inputs, left) },
    `Helm release "${id}" ${what}. Use Helm CLI to investigate: failed to become available within allocated ` +
      `timeout. Error: Helm Release ${id}: ${messageOf(error)}`,
  );
}

function previewOutputs(inputs: Props): Props {
  return { ...inputs, resourceNames: UNKNOWN, status: UNKNOWN, __inputs: secret(inputs) };
}

function toOutputs(inputs: Props, live: LiveRelease, state: Props = {}): Props {
  const { resourceNames, values, ...status } = live;
  return {
    ...inputs,
    name: live.name,
    namespace: live.namespace,
    version: live.version,
    values: mergeValues(state.values ?? inputs.values, values),
    resourceNames,
    status,
    // Secret as a whole, and with it what is secret in the inputs.
    __inputs: secret(inputs),
  };
}

function inputsOf(live: LiveRelease): Props {
  const { name, namespace, chart, version, values } = live;
  return { ...unsetInputs, name, namespace, chart, version, values };
}
