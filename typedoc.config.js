import { OptionDefaults } from "typedoc";

/** The reference of the package's public API, by `npm run docs`. A warning is an error: test/package runs it. */
export default {
  name: "pulumi-cnpg-rgw",
  entryPoints: ["components/index.ts"],
  tsconfig: "tsconfig.build.json",
  out: "api",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  // Constraints of the CRDs, in the types that are generated from them. Their patterns look like links.
  blockTags: [
    ...OptionDefaults.blockTags,
    ...["@minimum", "@maximum", "@minLength", "@maxLength", "@minItems", "@maxItems", "@pattern"],
  ],
  requiredToBeDocumented: [
    "Class",
    "Interface",
    "Function",
    "Variable",
    "TypeAlias",
    "Property",
    "Method",
    "Accessor",
  ],
  // The operator's CRD says nothing about these.
  intentionallyNotDocumented: [
    "ClusterSpec.inheritedMetadata.__type.annotations",
    "ClusterSpec.inheritedMetadata.__type.labels",
    "ClusterSpec.tablespaces.__type.owner.__type.name",
  ],
  validation: { notExported: true, invalidLink: true, invalidPath: false, notDocumented: true },
  treatWarningsAsErrors: true,
};
