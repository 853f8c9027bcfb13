// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// What the page is written with: no string becomes markup, nothing is loaded from elsewhere, nothing is written down by
// the browser that tells of conversations.

import { expect, it } from "vitest";

import page from "../index.html?raw";
import lock from "../package-lock.json?raw";
import named from "../package.json";

const read = import.meta.glob<string>("../src/**/*.{svelte,ts,css}", { query: "?raw", import: "default", eager: true });
const sources = Object.entries(read)
  .map(([path, text]) => ({ name: path.replace("../src/", ""), text }))
  .filter(({ name }) => !/^(look\/|port\/fake)/.test(name));

function having(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
}

it("there are sources to look at", () => {
  expect(sources.length).toBeGreaterThan(40);
});

it("no string becomes markup or code", () => {
  expect(
    having(
      /\{@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|\beval\(|new Function\(/,
    ),
  ).toEqual([]);
});

it("no style stands in a tag, where the policy forbids it", () => {
  expect(having(/<[^>]*\sstyle="/)).toEqual([]);
});

it("nothing is loaded from elsewhere", () => {
  expect(having(/@import|url\(|src="http|href="http|fetch\("http/)).toEqual([]);
  expect(page).not.toMatch(/https?:/);
});

it("the browser keeps settings and the session, and no cookie", () => {
  expect(having(/localStorage/)).toEqual(["state/settings.svelte.ts"]);
  expect(having(/sessionStorage/)).toEqual(["port/session.ts"]);
  expect(having(/document\.cookie|indexedDB|caches\.|serviceWorker/)).toEqual([]);
});

it("no conversation is named in an address, which a browser writes down", () => {
  const addressed = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/history\.(?:push|replace)State\(([^)]*)\)/g)].map((found) => `${name}: ${found[1]}`),
  );
  expect(addressed.length).toBeGreaterThan(0);
  expect(addressed.filter((each) => !each.endsWith('"/"'))).toEqual([]);
});

it("the lock names no registry", () => {
  expect(lock).not.toMatch(/"resolved"|registry/);
});

it("every dependency has an exact version", () => {
  const versions = Object.values(named.devDependencies);
  expect(Object.keys(named)).not.toContain("dependencies");
  expect(versions.filter((each) => !/^\d+\.\d+\.\d+$/.test(each))).toEqual([]);
});

it("every source begins with its licence", () => {
  expect(
    sources.filter(({ text }) => !/^(\/\/|<!--|\/\*) SPDX-FileCopyrightText/.test(text)).map(({ name }) => name),
  ).toEqual([]);
});
