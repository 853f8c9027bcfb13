// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import { Refused } from "../port/port";
import type { App } from "../state/app.svelte";

type Kind = "backup" | "export";

const BEGINNINGS: Record<Kind, { bytes: string; text: string }> = {
  backup: { bytes: "privity backup\n", text: "This file is no backup of a Privity account. Nothing was changed." },
  export: {
    bytes: "PK\x03\x04",
    text: "This is no export that can be read back: choose the ZIP file that was written for programs (JSON).",
  },
};

/** Bring a file in for an errand, unless its first bytes show that it is something else. */
export async function bringFile(app: App, account: string, kind: Kind, file: File): Promise<string> {
  const { bytes, text } = BEGINNINGS[kind];
  const found = new Uint8Array(await file.slice(0, bytes.length).arrayBuffer());
  if (String.fromCharCode(...found) !== bytes) {
    throw new Refused({ name: "NotOurs", text });
  }
  return app.port.bring({ account, kind, token: crypto.randomUUID(), file });
}

/** Twelve words as they were typed, on one line. */
export function phraseOf(typed: string): string {
  return typed.trim().toLowerCase().split(/\s+/).join(" ");
}
