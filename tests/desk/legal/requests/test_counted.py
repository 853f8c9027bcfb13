# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the log says of a request so that it can be counted: codes, and nothing in the words of whoever asks."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.legal.requests.counted import NATIONAL_SECURITY, NOT_TO_BE_TOLD
from privity.desk.legal.requests.model import Outcome
from tests.desk.legal.casework import Casework

COUNTED = {"emergency", "instrument", "country", "classes", "asks", "targets", "secrecy"}


def said_of(work: Casework) -> tuple[Entry, Entry]:
    """Where it was verified, and where it was evaluated."""
    (verified,) = [entry for entry in work.log(Act.LEGAL_MOVED) if entry.said["to"] == "verified"]
    (evaluated,) = work.log(Act.LEGAL_EVALUATED)
    return verified, evaluated


def test_both_entries_say_what_the_request_is(work: Casework) -> None:
    work.judged(work.ready("eu.epoc"), Outcome.REFER)
    for entry in said_of(work):
        assert entry.said.keys() >= COUNTED
        assert (entry.said["instrument"], entry.said["country"], entry.said["targets"]) == ("eu.epoc", "AT", 1)
        assert entry.said["asks"] == ["disclose"] and entry.said["secrecy"] is False


def test_what_a_clerk_corrects_is_what_is_evaluated(work: Casework) -> None:
    number = work.ready("us.sca.warrant")
    work.confirmed(number, issuing_country="DE", classes=["subscriber"])
    work.judged(number, Outcome.REFER)
    verified, evaluated = said_of(work)
    assert (verified.said["country"], evaluated.said["country"]) == ("US", "DE")
    assert evaluated.said["classes"] == ["subscriber"]


@pytest.mark.parametrize(
    ("instrument", "code"),
    [
        ("nsl", NATIONAL_SECURITY),
        ("fisa", NATIONAL_SECURITY),
        ("ipa_tcn", NOT_TO_BE_TOLD),
        ("ipa_ncn", NOT_TO_BE_TOLD),
        ("au_tcn", NOT_TO_BE_TOLD),
        ("secret_assistance", NOT_TO_BE_TOLD),
        ("an instrument of nobody", ""),
    ],
)
def test_instruments_that_nobody_may_tell_apart_are_one_in_the_log(work: Casework, instrument: str, code: str) -> None:
    number = work.submitted("us.sca.warrant", {"instrument": instrument})
    work.verified(number)
    work.judged(number, Outcome.REFER)
    assert {entry.said["instrument"] for entry in said_of(work)} == {code}
    assert not [entry for entry in work.log() if instrument in str(entry.said.values())]


def test_no_word_of_a_request_is_in_the_log(work: Casework) -> None:
    work.judged(work.ready("us.sca.warrant"))
    text = "\n".join(str(entry.said) for entry in work.log())
    for word in ("pot.collector", "Teapot Inspectorate", "Pat Example", "theft of a teapot", "26-mj-17"):
        assert word not in text
