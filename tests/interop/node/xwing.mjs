// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// The hybrid suite out of parts that ts-mls takes from its caller: X-Wing, AES-128-GCM, SHA-256, Ed25519 under any
// number. Only DeriveKeyPair is ours: the package's is the one of an older draft.

import { XWing } from "@hpke/hybridkem-x-wing"
import { shake256 } from "@noble/hashes/sha3.js"
import { getCiphersuiteImpl } from "ts-mls"

const SEED_BYTES = 32
const KEM_ID = Uint8Array.of(0x64, 0x7a)
const label = (word) => new TextEncoder().encode(word)
const u16 = (value) => Uint8Array.of(value >> 8, value & 0xff)

/** SHAKE256 over: ikm, "HPKE-v1", "KEM" and the KEM's number, the length-prefixed label, the length wanted. */
function deriveSeed(ikm) {
  const name = label("DeriveKeyPair")
  const input = Buffer.concat([ikm, label("HPKE-v1"), label("KEM"), KEM_ID, u16(name.length), name, u16(SEED_BYTES)])
  return shake256(input, { dkLen: SEED_BYTES })
}

export async function xwingSuite(number, derive) {
  const suite = await getCiphersuiteImpl({
    hash: "SHA-256",
    hpke: { kem: "X-Wing", aead: "AES128GCM", kdf: "HKDF-SHA256" },
    signature: "Ed25519",
    name: String(number),
  })
  if (derive === "theirs") return suite
  const kem = new XWing()
  const deriveKeyPair = (ikm) => kem.generateKeyPairDerand(deriveSeed(ikm))
  return { ...suite, hpke: { ...suite.hpke, deriveKeyPair } }
}
