import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// `npm run dev` asks this server for data: the mock (npm run mock) or `rapport serve`.
const server = process.env.RAPPORT_SERVER ?? "http://127.0.0.1:7878";

export default defineConfig({
  plugins: [svelte()],
  server: { host: "127.0.0.1", proxy: { "/api": server } },
  build: {
    target: "es2022",
    // The page runs under `default-src 'self'`: no data: addresses, nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ["src/**/*.test.ts"] },
});
