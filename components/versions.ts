/**
 * The one place of pinned versions: what the components install and name in their messages, what the types of custom
 * resources are generated from, and what the lab builds. docs and docstrings that name a version are held to these by
 * test/unit/versions.test.ts. What it takes to move to others: CONTRIBUTING.md.
 * @internal
 */
export const versions = {
  /** CloudNativePG, as the pinned chart installs it. */
  cloudNativePg: "1.30.0",

  /** The official Helm chart `cloudnative-pg` whose `appVersion` that is. */
  operatorChart: "0.29.0",

  /** CloudNativePG's plugin for backups to object stores. */
  barmanPlugin: "0.14.0",

  /** The tag of a PostgreSQL image, for examples: this project pins none, the operator does. */
  postgresTag: "18.4-system-trixie",
} as const;

/**
 * Checksums of the Go modules of those releases, as go.sum has them: the types and the lab's programs come from these.
 * @internal
 */
export const moduleSums = {
  cloudNativePg: "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
  barmanPlugin: "h1:kpTo7egntRIM15hvo0xtOj07wyjj23jcz/Co0KfzC7s=",
} as const;

/** The official images of the plugin. @internal */
export const pluginImages = {
  plugin: `ghcr.io/cloudnative-pg/plugin-barman-cloud:v${versions.barmanPlugin}`,
  sidecar: `ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v${versions.barmanPlugin}`,
} as const;

/** The official chart of the operator. @internal */
export const operatorChart = {
  name: "cloudnative-pg",
  version: versions.operatorChart,
  repository: "https://cloudnative-pg.github.io/charts",
} as const;
