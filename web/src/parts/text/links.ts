// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
const SCHEMES = ["https:", "http:", "mailto:"];

/** The address if it is one that a message may lead to, empty otherwise. The daemon checks it too. */
export function safe(url: string): string {
  return URL.canParse(url) && SCHEMES.includes(new URL(url).protocol) ? url : "";
}
