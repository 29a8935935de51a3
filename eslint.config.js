import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "dist/",
      "api/",
      "eslint.config.js",
      "**/.mocharc.mjs",
      "typedoc.config.js",
      "components/**/generated/",
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  // Written against the package as it is installed: its types are checked there, in test/package.
  { files: ["examples/**"], extends: [tseslint.configs.disableTypeChecked] },
);
