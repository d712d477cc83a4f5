import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env.CALYPSO_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  // Served by the API itself, out of its package; no source maps: sources are in the repository.
  build: { outDir: "../api/ui", emptyOutDir: true, target: "es2023" },
  server: { proxy: { "/api": { target: api } } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
