// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// One JSON object per line in, one per line out, in order. Bytes travel as base64. Every answer says how much CPU time
// its verb took, so that a bench can ask the same processes.

import { createInterface } from "node:readline"

export const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"))
export const text = (data) => Buffer.from(data).toString("base64")

/** What a peer may have left out. */
export const maybe = (data) => (data === undefined ? null : text(data))

export async function serve(verbs) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { verb, ...asked } = JSON.parse(line)
    const before = process.cpuUsage()
    let answer
    try {
      if (!Object.hasOwn(verbs, verb)) throw new Error(`no verb ${verb}`)
      answer = { ok: (await verbs[verb](asked)) ?? {} }
    } catch (error) {
      answer = { error: { kind: error?.constructor?.name ?? "Error", says: described(error) } }
    }
    const { user, system } = process.cpuUsage(before)
    process.stdout.write(JSON.stringify({ ...answer, cpu_us: user + system }) + "\n")
  }
}

/** The error and what lies inside of it: core-crypto wraps its reasons several deep. */
function described(error) {
  const parts = []
  for (let at = error; at instanceof Error && parts.length < 4; at = at.cause ?? inside(at)) parts.push(at.message || String(at))
  if (error?.inner !== undefined) parts.push(JSON.stringify(error.inner, (_, value) => (typeof value === "bigint" ? String(value) : value)))
  return parts.join(": ").slice(0, 500)
}

const inside = (error) => Object.values(error.inner ?? {}).find((each) => each instanceof Error)
