# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that can be asked is answered by one function, and everything that is answered or told fits the port."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import msgspec

from privity.faces.app import port
from privity.faces.app.port import asked, envelopes, happened
from privity.faces.app.port.asked import AccountRequest, Request, Result
from privity.faces.app.port.envelopes import Answered, Asked, Happened
from privity.faces.app.port.happened import Event
from privity.faces.app.port.shape import Shape, verb
from privity.faces.app.verbs.table import ACCOUNT, BY_ITSELF, HOUSE
from tests.raised_errors import leaves


def union(kind: type[msgspec.Struct], name: str) -> set[type]:
    """The types that a field may hold."""
    return set(typing.get_args(typing.get_type_hints(kind)[name]))


def below(root: type[Shape]) -> set[type]:
    """Everything of the house derived from a type that is not itself derived from; tests make types of their own."""
    children = [child for child in root.__subclasses__() if child.__module__.startswith("privity.")]
    return {leaf for child in children for leaf in below(child) or {child}}


def test_every_request_has_one_verb() -> None:
    assert union(Asked, "request") == below(Request) - {AccountRequest}
    assert set(HOUSE) | set(ACCOUNT) == union(Asked, "request")
    assert not set(HOUSE) & set(ACCOUNT)
    assert all(issubclass(kind, AccountRequest) for kind in ACCOUNT)
    assert not any(issubclass(kind, AccountRequest) for kind in HOUSE)
    assert set(BY_ITSELF) <= union(Asked, "request")


def test_each_verb_takes_what_it_is_for() -> None:
    for kind, answer in {**HOUSE, **ACCOUNT}.items():
        hints = typing.get_type_hints(answer)
        taken = [hint for name, hint in hints.items() if name != "return"]
        assert taken[1] is kind, answer
        assert hints["return"] in union(Answered, "result"), answer


def test_every_answer_and_every_event_fits_the_port() -> None:
    assert union(Answered, "result") == below(Result)
    assert union(Happened, "event") == below(Event)


def test_names_on_the_wire_are_told_apart() -> None:
    for root in (Request, Result, Event):
        names = [verb(each.__name__) for each in below(root)]
        assert len(names) == len(set(names))


def test_the_port_says_what_it_is() -> None:
    for module in (port, asked, envelopes, happened):
        assert module.__doc__


def test_every_error_is_named_by_a_test() -> None:
    tests = "".join(each.read_text() for each in Path(__file__).parent.glob("test_*.py"))
    missing = {name for name in leaves("privity.faces.app.errors") if name not in set(re.findall(r"\w+", tests))}
    assert not missing
