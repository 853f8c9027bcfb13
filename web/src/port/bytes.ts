// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
import type { Bytes } from "./types";

/** Base64 as it travels in frames, to hex as it stands in addresses. */
export function hex(bytes: Bytes): string {
  return Array.from(atob(bytes), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** Base64 of what a file holds. */
export async function base64(blob: Blob): Promise<Bytes> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
}

export function fromBase64(text: Bytes): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}
