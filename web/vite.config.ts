import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  // `npm run dev` passes requests on to a running server, http://127.0.0.1:8000 unless told otherwise.
  const backend = loadEnv(mode, ".", "RISKMAP_").RISKMAP_BACKEND ?? "http://127.0.0.1:8000";
  return {
    base: "/",
    build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
    worker: { format: "es" },
    server: { proxy: { "/api": backend, "/tiles": backend, "/health": backend } },
    test: { environment: "node", include: ["test/**/*.test.ts"] },
  };
});
