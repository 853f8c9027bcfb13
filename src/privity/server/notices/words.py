# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every sentence of the public pages, by language. A further language is one more `Words` in `LANGUAGES`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from privity.message.notice import Target
from privity.message.report import Reason
from privity.wire.errors import Code


@dataclass(frozen=True, slots=True)
class Words:
    """`{host}` and `{day}` are filled in where they stand."""

    language: str
    title: str
    intro: tuple[str, ...]
    danger: str
    about: str
    targets: Mapping[Target, str]
    address: str
    address_hint: str
    reason: str
    choose: str
    reasons: Mapping[Reason, str]
    words: str
    words_hint: str
    who: str
    who_hint: str
    name: str
    email: str
    email_hint: str
    formal: str
    good_faith: str
    send: str
    kept: str
    look_up: str
    make: str
    done_title: str
    done: tuple[str, ...]
    receipt: str
    code: str
    look_now: str
    status_title: str
    status_hint: str
    status_button: str
    received: str
    nothing_yet: str
    said: str
    appeal_title: str
    appeal_hint: str
    appeal: str
    appeal_send: str
    appeal_done_title: str
    appeal_done: str
    redress: str
    problem_title: str
    problem_fields: str
    missing: Mapping[str, str]
    refused_title: str
    refused: Mapping[Code, str]
    """What each refusal means for a person; one that is not here is said in the hub's own sentence."""
    back: str


ENGLISH: Final = Words(
    language="en",
    title="Report something illegal",
    intro=(
        "This form is for people who have no account at {host}: for example because somebody here harms you, "
        "pretends to be you, or spreads pictures of you.",
        "If you have an account, report in the app instead: only a device that was shown a message can prove it.",
        "Messages at {host} are encrypted from device to device. We cannot open a conversation that you describe. We "
        "can act on accounts, on public profiles, and on links into conversations.",
    ),
    danger="If somebody is in danger right now, call the emergency number of your country first.",
    about="What is it about?",
    targets=MappingProxyType(
        {
            Target.ACCOUNT: "An account and what it does",
            Target.PROFILE: "A public profile: its name, picture or words",
            Target.LINK: "A link into a conversation that is passed around",
        }
    ),
    address="Which one?",
    address_hint="The name of the account as others type it, its address that begins with mimi://, or the whole link.",
    reason="What is wrong?",
    choose="Choose one",
    reasons=MappingProxyType(
        {
            Reason.CHILD_SAFETY: "Sexual abuse or exploitation of a child",
            Reason.INTIMATE_IMAGERY: "Intimate pictures that were not agreed to",
            Reason.THREAT: "Threats or blackmail",
            Reason.HARASSMENT: "Harassment or stalking",
            Reason.HATE: "Hate against a group of people",
            Reason.IMPERSONATION: "Somebody pretends to be somebody else",
            Reason.FRAUD: "Fraud",
            Reason.ILLEGAL_GOODS: "Illegal goods or services",
            Reason.SELF_HARM: "Encouraging suicide or self-harm",
            Reason.SPAM: "Spam",
            Reason.OTHER: "Something else that is illegal",
        }
    ),
    words="What happened, and why do you think it is illegal?",
    words_hint="In your own words, in any language. Please send no pictures; say where they can be found.",
    who="Who are you?",
    who_hint="You can leave this empty. We tell nobody whom you report who you are.",
    name="Your name",
    email="Your e-mail address",
    email_hint="We answer on this site and not by e-mail; staff may write to you if they have a question.",
    formal="This is a notice under Article 16 of Regulation (EU) 2022/2065, the Digital Services Act. It needs your "
    "name and e-mail address, unless it is about the abuse of a child.",
    good_faith="I believe in good faith that what I say here is accurate and complete.",
    send="Send",
    kept="What you write is sealed to the people who judge it before it is stored. The server itself keeps a number, a "
    "time and a fingerprint of a code, for twelve months after the last answer, and no IP address.",
    look_up="See what became of a notice",
    make="Make a notice",
    done_title="Your notice has been received",
    done=(
        "A person will read it and decide. Nothing is decided by machines alone.",
        "Write down both lines, or keep this page. They are shown only this once, and they are the only way to see "
        "what was decided and to appeal.",
    ),
    receipt="Number",
    code="Code",
    look_now="See what became of it now",
    status_title="What became of a notice",
    status_hint="Type the number and the code that you were shown.",
    status_button="Look up",
    received="Received on {day}.",
    nothing_yet="Nobody has decided yet.",
    said="What was said about it",
    appeal_title="You do not agree?",
    appeal_hint="Somebody who had nothing to do with the decision will look at it again. Say what was overlooked.",
    appeal="Your appeal",
    appeal_send="Send the appeal",
    appeal_done_title="Your appeal has been received",
    appeal_done="Somebody who did not decide before will decide again. The answer will stand under the same number.",
    redress="You can also turn to a certified body for out-of-court dispute settlement, or to a court.",
    problem_title="This was not sent yet",
    problem_fields="Please look at these fields:",
    missing=MappingProxyType(
        {
            "about": "Choose what it is about.",
            "address": "Say which account, profile or link.",
            "reason": "Choose what is wrong.",
            "words": "Say what happened and why it is illegal.",
            "name": "A formal notice needs your name.",
            "email": "A formal notice needs your e-mail address.",
            "no_email": "This is not an e-mail address. Correct it, or leave it empty.",
            "good_faith": "Confirm that you believe what you say.",
            "appeal": "Say why you do not agree.",
            "long": "This is too long: please shorten it.",
        }
    ),
    refused_title="This did not work",
    refused=MappingProxyType(
        {
            Code.NOT_FOUND: "No notice has this number and this code. Please compare both with what you wrote down.",
            Code.TOO_MANY: "There were many tries from your network in a short time. Please wait ten minutes and try "
            "again; nothing was sent.",
            Code.UNAVAILABLE: "Notices cannot be taken right now. Please try again later; nothing was sent.",
            Code.CONFLICT: "There is nothing to appeal against right now: nobody has decided yet, your appeal has come "
            "already, or six months are over.",
            Code.NOT_ALLOWED: "This was sent from a page of another site. Please open the form here and send it again.",
            Code.TOO_LARGE: "This is too long. Please shorten it and send it again.",
            Code.MALFORMED: "Your browser sent something that this page does not have. Please open it anew.",
        }
    ),
    back="Back to the form",
)

LANGUAGES: Final[Mapping[str, Words]] = MappingProxyType({"en": ENGLISH})


def words_for(accepted: str) -> Words:
    """The first language of an Accept-Language header that we have; otherwise English."""
    for part in accepted.split(","):
        found = LANGUAGES.get(part.partition(";")[0].strip().lower().partition("-")[0])
        if found is not None:
            return found
    return ENGLISH
