import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

export default defineConfig(
  { ignores: ["node_modules", "public", "eslint.config.js", "src/api/types.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  a11y.flatConfigs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true },
    },
    rules: {
      // Handlers that start something asynchronous are the rule in React.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Numbers of the API are `number | undefined` only by index; a comparison is clearer then.
      "@typescript-eslint/no-non-null-assertion": "error",
      // This repository does not use React's compiler.
      "react-hooks/incompatible-library": "off",
      // What scrolls must be reachable by keyboard.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["table", "log", "group"] }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "jsx-a11y/no-autofocus": "off", // dialogs move the focus to their first field on purpose
    },
  },
);
