# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which an MLS object can be refused has a class here (RFC 9420, sections 2 to 12)."""

from __future__ import annotations


class MlsError(Exception):
    """Root of this package's errors."""


class UsageError(MlsError):
    """Our own caller asked for something that MLS does not allow. A bug on this side."""


class SecretCopied(UsageError, TypeError):
    """Something that holds secrets was about to be copied or pickled."""


class DefaultCapability(UsageError):
    """A leaf of ours would list a type that everybody supports without saying so (section 7.2)."""


class ProtocolError(MlsError):
    """The peer broke the protocol. Drop the object; no state was changed."""


# Encoding (section 2.1)


class CodecError(ProtocolError):
    """The bytes are not a valid encoding."""


class Truncated(CodecError):
    """The bytes end before the struct does."""


class TrailingBytes(CodecError):
    """Bytes are left after the struct."""


class NonMinimalLength(CodecError):
    """A length header is longer than needed, or of the forbidden form."""


class LimitExceeded(CodecError):
    """A vector is longer than its field may be."""


class VectorMisaligned(CodecError):
    """The items of a vector do not fill it exactly."""


class BadOptional(CodecError):
    """The presence byte of an optional is neither 0 nor 1."""


class BadEnum(CodecError):
    """A type byte has a value that the struct does not know."""


class NotCanonical(CodecError):
    """Two encodings would mean the same, and this is not the one allowed."""


# Keys, suites, signatures (section 5)


class UnknownCipherSuite(ProtocolError):
    """The suite is not in our table."""


class UnknownVersion(ProtocolError):
    """The protocol version is not MLS 1.0."""


class BetterSuiteSupported(ProtocolError):
    """A group would be made with a suite that is not the best one that all its members speak (section 11)."""


class WrongCipherSuite(ProtocolError):
    """The object belongs to another suite than the group."""


class BadPublicKey(ProtocolError):
    """The bytes are not a usable public key of the suite."""


class BadSignature(ProtocolError):
    """A signature does not verify."""


class CredentialRefused(ProtocolError):
    """The application does not accept the credential, or not in this place."""


class SuccessorRefused(CredentialRefused):
    """A leaf would be replaced by one that the application does not hold to be the same client (section 5.3.1)."""


# X.509 credentials (section 5.3)


class CertificateError(ProtocolError):
    """The chain of an X.509 credential does not certify the leaf's key."""


class EmptyChain(CertificateError):
    """The chain has no certificate."""


class ChainTooLong(CertificateError):
    """The chain has more certificates than anybody needs."""


class BadCertificate(CertificateError):
    """An entry of the chain is not one DER-encoded X.509 certificate."""


class WrongCertificateKey(CertificateError):
    """The end entity's certificate is for another key than the leaf's signature key."""


class BrokenChain(CertificateError):
    """A certificate was not issued by the one that follows it."""


# Framing (section 6)


class WrongGroup(ProtocolError):
    """The message names another group."""


class WrongEpoch(ProtocolError):
    """The message belongs to another epoch."""


class WrongWireFormat(ProtocolError):
    """The message came in a wrapping that its content must not have."""


class UnknownSender(ProtocolError):
    """The sender is not a member, or no external sender of the group."""


class SenderNotAllowed(ProtocolError):
    """This kind of sender may not send this kind of content."""


class MissingMembershipTag(ProtocolError):
    """A member's PublicMessage carries no membership tag."""


class BadMembershipTag(ProtocolError):
    """The membership tag is not the one the group's key makes."""


class BadConfirmationTag(ProtocolError):
    """The confirmation tag is not the expected one."""


class DecryptionFailed(ProtocolError):
    """A ciphertext does not open."""


# Leaf nodes (section 7.3) and KeyPackages (section 10.1)


class WrongLeafSource(ProtocolError):
    """A leaf node stands where its source does not allow it."""


class LifetimeNotStarted(ProtocolError):
    """The lifetime lies in the future."""


class LifetimeOver(ProtocolError):
    """The lifetime has passed."""


class LifetimeTooLong(ProtocolError):
    """The lifetime is longer than the application allows, or ends before it starts."""


class UnsupportedVersion(ProtocolError):
    """A leaf does not list the group's protocol version."""


class UnsupportedSuite(ProtocolError):
    """A leaf does not list the group's cipher suite."""


class UnsupportedExtension(ProtocolError):
    """An extension is used that a member does not list."""


class UnsupportedProposal(ProtocolError):
    """A proposal type is used or required that a member does not list."""


class UnsupportedCredential(ProtocolError):
    """A credential type is used or required that a member does not list."""


class DuplicateExtension(ProtocolError):
    """An extension type occurs twice in one list."""


class MisplacedExtension(ProtocolError):
    """An extension stands in a list where it has no place."""


class UnchangedEncryptionKey(ProtocolError):
    """A new leaf node keeps the encryption key of the old one."""


class InitKeyReused(ProtocolError):
    """A KeyPackage's init key equals its leaf's encryption key."""


# Trees (sections 7 and 12.4.3.1)


class TreeError(ProtocolError):
    """The ratchet tree is not valid."""


class EmptyTree(TreeError):
    """The tree has no nodes."""


class TrailingBlank(TreeError):
    """The encoded tree ends with a blank node."""


class WrongNodeType(TreeError):
    """A leaf stands at a parent's place or the other way round."""


class DuplicateEncryptionKey(TreeError):
    """Two nodes have the same encryption key."""


class DuplicateSignatureKey(TreeError):
    """Two leaves have the same signature key."""


class BadUnmergedLeaves(TreeError):
    """A parent's unmerged leaves are not sorted, blank, or not below it."""


class ParentHashMismatch(TreeError):
    """A parent node, or the leaf of a commit, is not tied to its subtree by a parent hash."""


class TreeHashMismatch(TreeError):
    """The tree is not the one that the group context names."""


class BlankLeaf(TreeError):
    """A leaf index points at a blank leaf or outside of the tree."""


class PathLengthMismatch(TreeError):
    """An UpdatePath has another number of nodes than the sender's filtered direct path."""


class PathCiphertextCount(TreeError):
    """A node of an UpdatePath has another number of ciphertexts than receivers."""


# Proposals (sections 12.1 and 12.2)


class ProposalError(ProtocolError):
    """A list of proposals that no commit may carry."""


class UnknownProposalReference(ProposalError):
    """A commit refers to a proposal that was not received in this epoch."""


class RepeatedReference(ProposalError):
    """A commit names the same proposal twice."""


class OwnUpdate(ProposalError):
    """A commit contains an Update by its own sender, or an Update by value."""


class OwnRemove(ProposalError):
    """A commit removes its own sender."""


class SameLeafTwice(ProposalError):
    """Two Updates or Removes concern the same leaf."""


class AddedTwice(ProposalError):
    """Two Adds bring the same client, or an Add brings one who stays a member."""


class RepeatedPsk(ProposalError):
    """The same PreSharedKeyID is proposed twice."""


class TooManyPsks(ProposalError):
    """More pre-shared keys than the key schedule can count."""


class BadPsk(ProposalError):
    """A PreSharedKeyID that has no place where it stands."""


class PskNonceLength(BadPsk):
    """The nonce of a PreSharedKeyID has another length than the suite's hash."""


class PskUsage(BadPsk):
    """A resumption PSK for re-initialisation or branching in a running group, or more than one in a new one."""


class RepeatedExtensionsProposal(ProposalError):
    """More than one GroupContextExtensions proposal."""


class ReInitNotAlone(ProposalError):
    """A ReInit proposal has company."""


class BadReInit(ProposalError):
    """A ReInit proposal lowers the protocol version."""


class SelfRemoveByValue(ProposalError):
    """A commit contains a SelfRemove itself; it must name one that the leaving member sent."""


class ExternalInitMisplaced(ProposalError):
    """An ExternalInit in a commit by a member."""


class ExternalInitCount(ProposalError):
    """An external commit without exactly one ExternalInit."""


class NotAllowedExternally(ProposalError):
    """A proposal type that an external commit must not carry, a reference in it, or two Removes."""


class BadAppDataUpdate(ProposalError):
    """Operations on one component that exclude each other, or removal of what is not there."""


# Commits (section 12.4) and group information (section 12.4.3)


class MissingPath(ProtocolError):
    """The commit needs an UpdatePath and has none."""


class MissingConfirmationTag(ProtocolError):
    """A commit carries no confirmation tag."""


class SelfRemoved(ProtocolError):
    """The commit removes us; there is nothing to process with it."""


class GroupInfoMismatch(ProtocolError):
    """A GroupInfo does not describe the state it should."""


class MissingExternalPub(ProtocolError):
    """A GroupInfo has no external_pub extension, so nobody can join with it."""


class MissingRatchetTree(ProtocolError):
    """Neither the GroupInfo nor the caller brings a ratchet tree."""


class EpochExhausted(ProtocolError):
    """The epoch number cannot grow any more."""


class GroupClosed(ProtocolError):
    """The group was re-initialised; its epoch takes no more messages."""


# Groups that follow another one (sections 11.2, 11.3 and 12.4.3.1)


class SuccessionError(ProtocolError):
    """A group that claims to follow another one does not follow it as it must."""


class NotLinked(SuccessionError):
    """The Welcome is not tied to the predecessor by the resumption PSK that it must have."""


class NotReInitialised(SuccessionError):
    """A Welcome continues a group after a ReInit, and the last commit of that group brought none."""


class WrongSuccessorEpoch(SuccessionError):
    """A new group that follows another one is not at epoch 1."""


class WrongSuccessorParameters(SuccessionError):
    """Version, suite, group id or extensions are not those that were agreed on."""


class MemberLost(SuccessionError):
    """A member of the re-initialised group is not in the one that continues it."""


class StrangerInSuccessor(SuccessionError):
    """A member of the new group has no counterpart among the members of the old one."""


# Welcome and key schedule (sections 8, 9 and 12.4.3.1)


class NoMatchingSecrets(ProtocolError):
    """A Welcome has no secrets for our KeyPackage."""


class UnknownPsk(ProtocolError):
    """A pre-shared key is named that we do not have."""


class GenerationTooOld(ProtocolError):
    """A message key was used already or is past the window."""


class GenerationTooFar(ProtocolError):
    """A generation is further ahead than the limit."""


class BadPadding(ProtocolError):
    """The padding of a PrivateMessage is not all zero."""


class PolicyRefused(ProtocolError):
    """The application's rules refuse the change."""
