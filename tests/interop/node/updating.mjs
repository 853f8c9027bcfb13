// SPDX-FileCopyrightText: 2026 The Privity authors
// SPDX-License-Identifier: Apache-2.0
// Update proposals of ts-mls: its createProposal wants the finished leaf, and leaves its private key to the caller.

import { signLeafNodeCommit } from "ts-mls/leafNode.js"
import { updateLeafKey } from "ts-mls/privateKeyPath.js"

/** A fresh leaf for the member that `state` is of, and the private key that goes with it. */
export async function freshLeaf(state, suite) {
  const { leafIndex } = state.privatePath
  const { credential, capabilities, signaturePublicKey, extensions } = state.ratchetTree[2 * leafIndex].leaf
  const pair = await suite.hpke.generateKeyPair()
  const unsigned = {
    hpkePublicKey: await suite.hpke.exportPublicKey(pair.publicKey),
    signaturePublicKey,
    credential,
    capabilities,
    leafNodeSource: "update",
    extensions,
    groupId: state.groupContext.groupId,
    leafIndex,
  }
  // It signs whatever leaf it is given; what it is called says what it is used for inside.
  const leafNode = await signLeafNodeCommit(unsigned, state.signaturePrivateKey, suite.signature)
  return { leafNode, privateKey: await suite.hpke.exportPrivateKey(pair.privateKey) }
}

/** The state that opens the path of a commit which takes the update up. */
export const withLeafKey = (state, privateKey) => ({ ...state, privatePath: updateLeafKey(state.privatePath, privateKey) })
