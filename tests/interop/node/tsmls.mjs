// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// ts-mls as a peer. Its functions return new states; a member here is a name with the last of them.

import { p256 } from "@noble/curves/nist.js"
import * as mls from "ts-mls"
import { decodeExtension } from "ts-mls/extension.js"
import { greaseValues } from "ts-mls/grease.js"
import { encodeGroupInfo } from "ts-mls/groupInfo.js"
import { decodeRatchetTree, encodeRatchetTree } from "ts-mls/ratchetTree.js"

import { bytes, maybe, serve, text } from "./lines.mjs"
import { freshLeaf, withLeafKey } from "./updating.mjs"
import { xwingSuite } from "./xwing.mjs"

class AdapterError extends Error {}
class Undecodable extends Error {}

const DAY_S = 86400n
const members = new Map()
const suites = new Map()

async function suiteOf(number, hybrid) {
  const key = `${number} ${hybrid ?? ""}`
  if (!suites.has(key)) suites.set(key, await (hybrid ? xwingSuite(number, hybrid) : ordinary(number)))
  return suites.get(key)
}

async function ordinary(number) {
  const found = Object.entries(mls.ciphersuites).find(([, id]) => id === number)
  if (found === undefined) throw new AdapterError(`ts-mls has no suite ${number}`)
  return mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(found[0]))
}

/** For P-256, ts-mls makes compressed points; RFC 9420 section 5.1.1 wants uncompressed ones, which it reads as well. */
async function signatureKeys(suite, compressed) {
  const { signKey, publicKey } = await suite.signature.keygen()
  const p256Key = suite.name === "MLS_128_DHKEMP256_AES128GCM_SHA256_P256" && !compressed
  return { signKey, publicKey: p256Key ? p256.getPublicKey(signKey, false) : publicKey }
}

function capabilities(suite, grease, extensions) {
  const listed = {
    versions: ["mls10"],
    ciphersuites: [suite.name],
    extensions,
    proposals: [],
    credentials: ["basic", "x509"],
  }
  if (!grease) return listed
  const names = greaseValues.map(String)
  return {
    ...listed,
    ciphersuites: [...listed.ciphersuites, ...names],
    credentials: [...listed.credentials, ...names],
    extensions: [...extensions, ...greaseValues],
    proposals: [...greaseValues],
  }
}

async function keyPackage(member) {
  const now = BigInt(Math.floor(Date.now() / 1000))
  return mls.generateKeyPackageWithKey(
    member.credential,
    capabilities(member.suite, member.grease, member.extensions),
    { notBefore: now - 3600n, notAfter: now + 28n * DAY_S },
    [],
    member.signing,
    member.suite,
  )
}

/** ts-mls says how far it has read and leaves what follows to its caller; this caller does not look. */
function whole(decoded) {
  if (decoded === undefined) throw new Undecodable("ts-mls cannot decode this")
  return decoded[0]
}

function message(encoded) {
  const data = bytes(encoded)
  return whole(mls.decodeMlsMessage(data, 0))
}

function tree(encoded) {
  if (!encoded) return undefined
  const data = bytes(encoded)
  return whole(decodeRatchetTree(data, 0))
}

const wrapped = (wireformat, field, value) =>
  text(mls.encodeMlsMessage({ version: "mls10", wireformat, [field]: value }))

const of = (asked) => {
  const member = members.get(asked.as)
  if (member === undefined) throw new AdapterError(`no member ${asked.as}`)
  return member
}

function leafOf(member, identity) {
  const wanted = Buffer.from(identity)
  const node = member.state.ratchetTree.findIndex(
    (each, at) => at % 2 === 0 && each !== undefined && wanted.equals(Buffer.from(each.leaf.credential.identity)),
  )
  if (node < 0) throw new AdapterError(`nobody is called ${identity}`)
  return node / 2
}

function pskIndex(member) {
  return mls.makePskIndex(member.state, member.psks)
}

const extensionsOf = (list) => (list ?? []).map((each) => whole(decodeExtension(bytes(each), 0)))
/** By `id` one that was agreed on outside, by `epoch` the resumption key of an epoch of this group. */
function pskId(member, { id, epoch, nonce }) {
  const pskNonce = bytes(nonce)
  if (epoch === undefined) return { psktype: "external", pskId: bytes(id), pskNonce }
  const { groupId } = member.state.groupContext
  return { psktype: "resumption", usage: "application", pskGroupId: groupId, pskEpoch: BigInt(epoch), pskNonce }
}

function proposalsOf(member, asked) {
  return [
    ...(asked.removes ?? []).map((identity) => ({ proposalType: "remove", remove: { removed: leafOf(member, identity) } })),
    ...(asked.adds ?? []).map((each) => ({ proposalType: "add", add: { keyPackage: message(each).keyPackage } })),
    ...(asked.psks ?? []).map((each) => ({ proposalType: "psk", psk: { preSharedKeyId: pskId(member, each) } })),
    ...(asked.extensions === undefined
      ? []
      : [{ proposalType: "group_context_extensions", groupContextExtensions: { extensions: extensionsOf(asked.extensions) } }]),
  ]
}

/** A proposal to update one's own leaf; its key waits in the member for the commit. */
async function update(member) {
  const { leafNode, privateKey } = await freshLeaf(member.state, member.suite)
  member.leafKey = privateKey
  return { proposalType: "update", update: { leafNode } }
}

const isCommit = ({ publicMessage, privateMessage }) =>
  publicMessage?.content.contentType === "commit" || privateMessage?.contentType === "commit"

async function made(member, result, withTree) {
  member.state = result.newState
  const { suite, state } = member
  const info = withTree
    ? await mls.createGroupInfoWithExternalPubAndRatchetTree(state, [], suite)
    : await mls.createGroupInfoWithExternalPub(state, [], suite)
  return {
    commit: text(mls.encodeMlsMessage(result.commit)),
    welcome: result.welcome === undefined ? null : wrapped("mls_welcome", "welcome", result.welcome),
    tree: text(encodeRatchetTree(state.ratchetTree)),
    group_info: wrapped("mls_group_info", "groupInfo", info),
  }
}

const verbs = {
  async hello() {
    return { name: "ts-mls", suites: [1, 2, 3] }
  },
  async member(asked) {
    const suite = await suiteOf(asked.suite, asked.hybrid)
    members.set(asked.as, {
      suite,
      signing: await signatureKeys(suite, asked.compressed),
      credential: { credentialType: "basic", identity: new TextEncoder().encode(asked.identity) },
      grease: asked.grease ?? false,
      extensions: asked.supports ?? [],
      bundle: undefined,
      state: undefined,
      leafKey: undefined,
      psks: {},
    })
  },
  async forget(asked) {
    members.delete(asked.as)
  },
  async key_package(asked) {
    const member = of(asked)
    member.bundle = await keyPackage(member)
    return { key_package: wrapped("mls_key_package", "keyPackage", member.bundle.publicPackage) }
  },
  async create(asked) {
    const member = of(asked)
    const own = await keyPackage(member)
    const extensions = extensionsOf(asked.extensions)
    member.state = await mls.createGroup(bytes(asked.group_id), own.publicPackage, own.privatePackage, extensions, member.suite)
  },
  async join(asked) {
    const member = of(asked)
    const { publicPackage, privatePackage } = member.bundle
    const { welcome } = message(asked.welcome)
    const psks = mls.makePskIndex(undefined, member.psks)
    const given = tree(asked.tree)
    member.state = await mls.joinGroup(welcome, publicPackage, privatePackage, psks, member.suite, given)
  },
  async commit(asked) {
    const member = of(asked)
    const context = { state: member.state, cipherSuite: member.suite, pskIndex: pskIndex(member) }
    const result = await mls.createCommit(context, {
      wireAsPublicMessage: !asked.private,
      extraProposals: proposalsOf(member, asked),
      ratchetTreeExtension: asked.tree_in_welcome ?? false,
    })
    return made(member, result, asked.tree_in_welcome)
  },
  async propose(asked) {
    const member = of(asked)
    const proposal = proposalsOf(member, asked)[0] ?? (await update(member))
    const result = await mls.createProposal(member.state, !asked.private, proposal, member.suite)
    member.state = result.newState
    return { message: text(mls.encodeMlsMessage(result.message)) }
  },
  async process(asked) {
    const member = of(asked)
    const incoming = message(asked.message)
    const psks = pskIndex(member)
    const before = member.state.groupContext.epoch
    if (incoming.wireformat !== "mls_private_message" && incoming.wireformat !== "mls_public_message") {
      throw new AdapterError(`a ${incoming.wireformat} is not for a group`)
    }
    const reading = member.leafKey && isCommit(incoming) ? withLeafKey(member.state, member.leafKey) : member.state
    const result = await mls.processMessage(incoming, reading, psks, mls.acceptAll, member.suite)
    member.state = result.newState
    if (isCommit(incoming)) member.leafKey = undefined
    if (result.kind === "applicationMessage") return { kind: "application", plaintext: text(result.message) }
    const removed = member.state.groupActiveState.kind === "removedFromGroup"
    return { kind: removed || member.state.groupContext.epoch > before ? "commit" : "proposal", removed }
  },
  async encrypt(asked) {
    const member = of(asked)
    const aad = bytes(asked.aad ?? "")
    const result = await mls.createApplicationMessage(member.state, bytes(asked.plaintext), member.suite, aad)
    member.state = result.newState
    return { message: wrapped("mls_private_message", "privateMessage", result.privateMessage) }
  },
  async exporter(asked) {
    const { state, suite } = of(asked)
    const label = Buffer.from(asked.label, "base64").toString()
    const { exporterSecret } = state.keySchedule
    return { secret: text(await mls.mlsExporter(exporterSecret, label, bytes(asked.context), asked.length, suite)) }
  },
  async epoch_authenticator(asked) {
    return { secret: text(of(asked).state.keySchedule.epochAuthenticator) }
  },
  async epoch(asked) {
    return { epoch: Number(of(asked).state.groupContext.epoch) }
  },
  async members(asked) {
    const leaves = of(asked).state.ratchetTree.filter((each, at) => at % 2 === 0 && each !== undefined)
    return { members: leaves.map((each) => Buffer.from(each.leaf.credential.identity).toString()) }
  },
  async group_info(asked) {
    const { state, suite } = of(asked)
    const info = asked.with_tree
      ? await mls.createGroupInfoWithExternalPubAndRatchetTree(state, [], suite)
      : await mls.createGroupInfoWithExternalPub(state, [], suite)
    return { group_info: wrapped("mls_group_info", "groupInfo", info), tree: text(encodeRatchetTree(state.ratchetTree)) }
  },
  async external_commit(asked) {
    const member = of(asked)
    const own = await keyPackage(member)
    const { groupInfo } = message(asked.group_info)
    const result = await mls.joinGroupExternal(
      groupInfo, own.publicPackage, own.privatePackage, asked.resync ?? false, member.suite, tree(asked.tree),
    )
    member.state = result.newState
    return { commit: wrapped("mls_public_message", "publicMessage", result.publicMessage) }
  },
  async psk(asked) {
    of(asked).psks[asked.id] = bytes(asked.secret)
  },
  async propose_to_join(asked) {
    const member = of(asked)
    member.bundle = await keyPackage(member)
    const { publicPackage, privatePackage } = member.bundle
    const proposal = await mls.proposeAddExternal(message(asked.group_info).groupInfo, publicPackage, privatePackage, member.suite)
    return { message: text(mls.encodeMlsMessage(proposal)) }
  },
  async take_suite(asked) {
    const member = of(asked)
    const suite = await suiteOf(asked.suite)
    if (suite === member.suite) return
    member.suite = suite
    member.signing = await signatureKeys(suite)
  },
  async reinit(asked) {
    const member = of(asked)
    const suite = await suiteOf(asked.suite)
    const result = await mls.reinitGroup(member.state, bytes(asked.group_id), "mls10", suite.name, [], member.suite)
    return made(member, result, false)
  },
  async successor(asked) {
    const member = of(asked)
    const others = asked.key_packages.map((each) => message(each).keyPackage)
    const id = bytes(asked.group_id)
    await verbs.take_suite(asked)
    const { publicPackage, privatePackage } = await keyPackage(member)
    const result = asked.branch
      ? await mls.branchGroup(member.state, publicPackage, privatePackage, others, id, member.suite)
      : await mls.reinitCreateNewGroup(member.state, publicPackage, privatePackage, others, id, member.suite.name, [])
    return made(member, result, false)
  },
  async join_successor(asked) {
    const member = of(asked)
    const { publicPackage, privatePackage } = member.bundle
    const { welcome } = message(asked.welcome)
    const given = tree(asked.tree)
    member.state = asked.branch
      ? await mls.joinGroupFromBranch(member.state, welcome, publicPackage, privatePackage, given, member.suite)
      : await mls.joinGroupFromReinit(member.state, welcome, publicPackage, privatePackage, given)
  },
}

await serve(verbs)
