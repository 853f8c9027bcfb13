// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The daemon serves what stands in this folder under its own policy: no inline script, no inline style, no data URL.
const PAGE = "../src/privity/faces/app/page";

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // Under vitest the modules with runes must be those of a browser.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  build: {
    outDir: mode === "look" ? "../build/look" : PAGE,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false }, input: mode === "look" ? "look.html" : "index.html" },
  },
  // How long a test takes says something of the machine: a limit is there to name what never comes.
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    css: true,
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
}));
