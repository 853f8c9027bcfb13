# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

# What type checkers and editors read instead of the lazy table in __init__.py; a test holds the two together.

from privity.mls.basic_rules import (
    BasicRules,
)
from privity.mls.errors import (
    CredentialRefused,
    MlsError,
    PolicyRefused,
    ProtocolError,
    SuccessorRefused,
    UsageError,
)
from privity.mls.group import (
    ApplicationMessage,
    Group,
    Identity,
    KeyPackageBundle,
    OwnCommit,
    PendingCommit,
    PendingJoin,
    Records,
    StagedCommit,
    generate_key_package,
)
from privity.mls.messages.capabilities import (
    Capabilities,
)
from privity.mls.messages.credential import (
    Credential,
)
from privity.mls.messages.envelope import (
    MLSMessage,
    PrivateMessage,
    PublicMessage,
    decode_group_info,
    decode_key_package,
    decode_public_message,
    decode_welcome,
)
from privity.mls.messages.extensions import (
    Extension,
    ExternalSender,
)
from privity.mls.messages.group_context import (
    GroupContext,
)
from privity.mls.messages.group_info import (
    GroupInfo,
)
from privity.mls.messages.key_package import (
    KeyPackage,
)
from privity.mls.messages.leaf_node import (
    LeafNode,
)
from privity.mls.messages.outside import (
    propose_from_outside,
    propose_to_join,
)
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ReInit,
    Remove,
)
from privity.mls.messages.psk import (
    ExternalPsk,
    ResumptionPsk,
)
from privity.mls.messages.welcome import (
    Welcome,
)
from privity.mls.public_group import (
    PublicGroup,
    StagedPublicCommit,
)
from privity.mls.rules import (
    AddedMember,
    CommitView,
    LeafUse,
    RemovedMember,
    Rules,
    SentProposal,
    UpdatedMember,
)
from privity.mls.suites import (
    POST_QUANTUM,
    RFC_9420,
    CipherSuite,
    suite,
)
from privity.mls.tree.ratchet_tree import (
    RatchetTree,
)
from privity.mls.validation.proposals import (
    QueuedProposal,
)

__all__ = [
    "POST_QUANTUM",
    "RFC_9420",
    "Add",
    "AddedMember",
    "AppDataUpdate",
    "ApplicationMessage",
    "BasicRules",
    "Capabilities",
    "CipherSuite",
    "CommitView",
    "Credential",
    "CredentialRefused",
    "Extension",
    "ExternalPsk",
    "ExternalSender",
    "Group",
    "GroupContext",
    "GroupInfo",
    "Identity",
    "KeyPackage",
    "KeyPackageBundle",
    "LeafNode",
    "LeafUse",
    "MLSMessage",
    "MlsError",
    "OwnCommit",
    "PendingCommit",
    "PendingJoin",
    "PolicyRefused",
    "PrivateMessage",
    "ProtocolError",
    "PublicGroup",
    "PublicMessage",
    "QueuedProposal",
    "RatchetTree",
    "ReInit",
    "Records",
    "Remove",
    "RemovedMember",
    "ResumptionPsk",
    "Rules",
    "SentProposal",
    "StagedCommit",
    "StagedPublicCommit",
    "SuccessorRefused",
    "UpdatedMember",
    "UsageError",
    "Welcome",
    "decode_group_info",
    "decode_key_package",
    "decode_public_message",
    "decode_welcome",
    "generate_key_package",
    "propose_from_outside",
    "propose_to_join",
    "suite",
]
