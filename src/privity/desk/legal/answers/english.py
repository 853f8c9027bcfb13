# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The sentences of letters in English."""

from __future__ import annotations

from typing import Final

from privity.desk.legal.answers.model import Sort
from privity.desk.legal.answers.wording import FormWords, NotHeldWords, OfGround, Wording
from privity.desk.legal.requests.model import Ground
from privity.production.pages import WORDS

_GROUNDS: Final = {
    Ground.WRONG_AUTHORITY: OfGround(
        "The authority",
        "The law gives this instrument to other authorities than the one that issued it, or asks for the signature of"
        " one that has not signed.",
        "Have the authority that the law names issue, sign or validate it.",
    ),
    Ground.WRONG_CLASS: OfGround(
        "The data",
        "This instrument does not reach data of the kind that is asked for.",
        "Ask with this instrument for the data that it reaches, or with one that reaches the rest.",
    ),
    Ground.BELOW_THRESHOLD: OfGround(
        "The gravity of the matter",
        "The law allows this only in graver matters than the one that is named, or only where danger leaves no time.",
        "Ask for the data that the law gives in such a matter, such as those of the subscriber.",
    ),
    Ground.NO_IDENTIFIER: OfGround(
        "No account is named",
        "No account is named by something that belongs to it alone. Nobody searches here among everybody's data.",
        "Name each account by its handle, its number, a verified contact, a device or a message.",
    ),
    Ground.OVERBROAD_TIME: OfGround(
        "The period",
        "The period is longer than the matter that is named explains.",
        "Name the days that the matter is about, at most 366 at a time.",
    ),
    Ground.OVERBROAD_TARGETS: OfGround(
        "The number of accounts",
        "It is about more accounts than the matter that is named explains.",
        "Name the accounts that the matter is about, and say of each why.",
    ),
    Ground.EXPIRED: OfGround(
        "Out of time",
        "The instrument was not in force on the day on which it was received.",
        "Serve an instrument that is in force.",
    ),
    Ground.NOT_HELD: OfGround(
        "Not held",
        "Nothing of what is asked for is held here.",
        "Ask for data of the classes that are held; a statement of them is part of this answer.",
    ),
    Ground.IMPOSSIBLE: OfGround(
        "Technically impossible",
        "It cannot be done by anybody here, whatever is ordered.",
        "A person who was in the conversation, or whoever has their device, can hand over what it shows.",
    ),
    Ground.PRIVILEGE: OfGround(
        "Privilege or immunity",
        "The law protects what a person of this calling was told, or holds this person immune.",
        "Have the competent authority decide about the privilege, or ask for data that it does not cover.",
    ),
    Ground.PRESS_FREEDOM: OfGround(
        "Freedom of the press and of expression",
        "The rules on the freedom of the press and of expression stand against it.",
        "Have a court that can lift this protection decide, or ask for data that it does not cover.",
    ),
    Ground.CONFLICT_OF_LAWS: OfGround(
        "Conflict of laws",
        "The law of another country, or the agreement that is invoked, forbids what is asked for.",
        "Use mutual legal assistance, or have the court or authority that the agreement names settle the conflict.",
    ),
    Ground.IMPROPER_CHANNEL: OfGround(
        "The way it came",
        "It did not come the way that the law prescribes, or binds nobody here before another authority acts.",
        "Send it the prescribed way, or have the authority that can bind this operator issue an instrument.",
    ),
    Ground.TRANSLATION_MISSING: OfGround(
        "The language",
        "It is in none of the languages in which this operator takes orders, and no translation came with it.",
        "Send it again with a translation.",
    ),
    Ground.SECRECY_DEFECT: OfGround(
        "The demand for secrecy",
        "It asks for secrecy without naming the law or order that demands it, or without a day on which it ends.",
        "Name the provision or the order, and the day on which the secrecy ends; or ask without secrecy.",
    ),
    Ground.ASKS_FOR_CAPABILITY: OfGround(
        "An ability that does not exist",
        "It asks for something to be built, changed, watched or decrypted. Only data that are stored already are"
        " produced, and no such ability exists or will be made.",
        "Ask for what is stored on the day on which the request is received.",
    ),
    Ground.FACTS_MISSING: OfGround(
        "What has to be said",
        "It does not say what such an instrument has to say.",
        "Send it again with what is missing.",
    ),
    Ground.RULEBOOK: OfGround(
        "The rules",
        "The published rules that are named below stand against it.",
        "Ask for what the rules that are named below allow.",
    ),
}

_NOT_HELD: Final = NotHeldWords(
    title="What is not held",
    fixed=(
        "Conversations on this service are encrypted from device to device. The operator stores no text of them in the"
        " clear and no key with which they could be decrypted, and has neither at any time.",
        "It therefore cannot produce such conversations, and cannot decrypt them, for anybody.",
        "This statement is the same for every account. It says nothing about whether an account exists.",
    ),
    holds="What this operator does hold, where there is an account:",
    holds_nothing="This operator's profile names no class of data that it holds.",
    held_line="{name}: {holds} ({days})",
    as_long_as_account="as long as the account",
    days="for {days} days",
    lawful="What the law leaves open to you:",
    lawful_ways=(
        "A person who was in a conversation can hand over its messages from a device of their own, with proof of who"
        " wrote them. Nobody here can begin that or see it.",
        "A device that was lawfully seized shows what its owner could read.",
        "Messages that somebody in a conversation reported to this operator are held for a time, each with what could"
        " be verified of it, and an instrument that reaches content reaches them.",
    ),
    proof="How this can be checked:",
    version_line="The software is {software}, version {version}. Its source is public.",
    manifest_line="The SHA-256 of its manifest of everything that a collector can read is {sha256}.",
    no_manifest="This version names no manifest of what its collectors can read.",
)

_FORM: Final = FormWords(
    production="European Production Order Certificate",
    preservation="European Preservation Order Certificate",
    certificate="A. The certificate",
    authorities="B. The authorities",
    addressee="C. The addressee",
    reasons="D. Why it is not, or not yet, executed",
    further="Further explanation",
    conflict="E. Obligations under the law of a third country",
    conflict_none="None is invoked.",
    questions="F. What else has to be known",
    questions_none="Nothing.",
    kept="The data that were asked for are kept until they are produced, or the order is withdrawn: {classes}.",
    not_kept="No data are kept because of this order.",
    preservation_title="G. What is kept meanwhile",
    contact="H. Whom to ask",
    by_ground={
        Ground.WRONG_AUTHORITY: "It was not issued or validated by an authority that may do so for these data.",
        Ground.WRONG_CLASS: "It asks for data that such an order does not reach.",
        Ground.BELOW_THRESHOLD: "It was not issued for an offence for which such data may be ordered.",
        Ground.NO_IDENTIFIER: "It does not hold enough to say which account is meant.",
        Ground.OVERBROAD_TIME: "Its period contains a manifest error, or is not explained.",
        Ground.OVERBROAD_TARGETS: "It names more accounts than it explains.",
        Ground.EXPIRED: "It is no longer in force, or applies to no such service at that time.",
        Ground.NOT_HELD: "The data are not stored by or for the addressee when it is received.",
        Ground.IMPOSSIBLE: "It cannot be executed for reasons of fact that the addressee did not bring about.",
        Ground.PRIVILEGE: "The data are protected by an immunity or a privilege under the law of the enforcing State.",
        Ground.PRESS_FREEDOM: "Rules on the freedom of the press or of expression in other media protect the data.",
        Ground.CONFLICT_OF_LAWS: "It conflicts with an obligation under the law of a third country.",
        Ground.IMPROPER_CHANNEL: "It did not come by the prescribed system, and does not say why.",
        Ground.TRANSLATION_MISSING: "It is in no language that the addressee accepts.",
        Ground.SECRECY_DEFECT: "What it says about informing the person is incomplete.",
        Ground.ASKS_FOR_CAPABILITY: "It asks for more than data that are stored, such as decryption or future data.",
        Ground.FACTS_MISSING: "It is incomplete, or does not hold enough to be executed.",
        Ground.RULEBOOK: "The rules that are named below stand against it.",
    },
)

ENGLISH: Final = Wording(
    language="en",
    titles={
        Sort.CLARIFICATION: "Questions about a legal request",
        Sort.REFUSAL: "Refusal of a legal request",
        Sort.CHALLENGE: "Objection to a legal request",
        Sort.FORM_3: "Why a European order is not, or not yet, executed",
        Sort.NOT_HELD: "What is held and what is not",
    },
    case="Our number",
    their_reference="Your reference",
    received_on="Received on",
    instrument="Instrument",
    authority="Authority",
    operator="From",
    unknown_instrument="unknown here",
    grounds=_GROUNDS,
    classes=WORDS,
    refused="What is refused, and why",
    refused_lead="Nothing is produced in answer to this request. The grounds are these.",
    rules="The rules that were applied",
    rules_lead="They are published, so that anybody can check what they make of a request.",
    rule_line="{code}: {reason} ({basis})",
    rulebook_line="The SHA-256 of the rulebook is {sha256}.",
    denied="Asked for, and out of reach",
    denied_line="{name}: {reason} ({code})",
    not_held_classes="Asked for, and not held",
    not_held_line="{name}: {statement}",
    instead="What would work",
    instead_lead="A request of this kind can be answered:",
    instead_classes="{say}: {classes}",
    kept="What is kept meanwhile",
    kept_line="Kept apart unseen until it is produced or the request is withdrawn: {classes}.",
    asked="What has to be known",
    asked_lead="Before these questions are answered, nothing is looked up and nothing is produced.",
    question="Please say {says}.",
    answer_days="An answer is expected within {days} days. Without one the request is closed, and can be made again.",
    challenged="What this operator objects to, and why",
    challenged_lead=(
        "This operator asks the issuing authority to withdraw or narrow the request, on these grounds. Nothing is"
        " produced before that is decided."
    ),
    remarks="Further remarks",
    reply="Please answer with our number to: {contact}",
    not_held=_NOT_HELD,
    form=_FORM,
)
