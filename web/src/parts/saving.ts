// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
const READ_MS = 60_000; // a browser that asks where to put a file reads it only afterwards

/** Hand a file to the browser, which puts it where downloads go. */
export function save(contents: Blob, filename: string): void {
  const address = URL.createObjectURL(contents);
  const link = document.createElement("a");
  link.href = address;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}
