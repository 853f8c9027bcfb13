# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""spec/vectors/rulebook.json: each rule fires once and just does not once, and the file is what the rulebook gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from privity.desk.legal.rulebook import facts as reading
from privity.desk.legal.rulebook import profile as operators
from privity.desk.legal.rulebook.evaluating import BUILT_IN, evaluate
from privity.desk.legal.rulebook.model import ORDER, Looked, Review
from tests.desk.legal.rulebook.bases import BASES, REVIEW, RULEBOOK, reviewed
from tests.desk.legal.rulebook.rulebook_vectors import FILE, PAIRS, allowing, rulebook_vectors

VECTORS = json.loads(FILE.read_text())
ACTIONS = {rule.code: rule.action for rule in RULEBOOK.rules()} | BUILT_IN


def test_the_vectors_are_those_that_the_script_writes() -> None:
    assert json.loads(json.dumps(rulebook_vectors())) == VECTORS


def test_lp_16_every_rule_has_a_firing_and_a_non_firing_vector() -> None:
    told = {(vector["rule"], vector["fires"]) for vector in VECTORS["vectors"]}
    assert told == {(code, fires) for code in ACTIONS for fires in (True, False)}


def test_lp_16_every_vector_of_an_instruments_rule_is_built_on_that_instrument() -> None:
    for instrument in RULEBOOK.instruments.values():
        for rule in instrument.rules:
            assert PAIRS[rule.code].instrument == instrument.id
    assert BASES.keys() == RULEBOOK.instruments.keys()


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda v: f"{v['rule']}-{'fires' if v['fires'] else 'not'}")
def test_lp_16_vector(vector: Mapping[str, Any]) -> None:
    """Read from the file alone, as another implementation would."""
    request = {**VECTORS["bases"][vector["instrument"]], **vector["facts"]}
    known = reading.read({name: value for name, value in request.items() if name not in vector["without"]})
    profile = operators.read({**VECTORS["profile"], **vector["profile"]})
    today = date.fromisoformat(vector["today"])
    rulebook = RULEBOOK if vector["draft"] else reviewed(review=Review(REVIEW.reviewers, today))
    verdict = evaluate(rulebook, profile, known, today)

    fired = {finding.code for finding in verdict.trace if finding.looked is Looked.FIRED}
    assert (vector["rule"] in fired) == vector["fires"]
    if vector["fires"]:
        assert ORDER.index(verdict.action) <= ORDER.index(ACTIONS[vector["rule"]])
    assert verdict.action == vector["action"]
    assert list(verdict.codes) == vector["codes"]
    assert [given.data_class for given in verdict.release] == vector["release"]
    assert list(verdict.preserve) == vector["preserve"]
    assert list(verdict.wanted) == vector["wanted"]


@pytest.mark.parametrize("vector", VECTORS["naming"], ids=lambda v: v["name"].replace(" ", "-"))
def test_lp_10_vector_of_naming(vector: Mapping[str, Any]) -> None:
    """Whom else an order has named, read from the file alone: in which classes the operator's rulebook lets it."""
    request = {**VECTORS["bases"][vector["instrument"]], **vector["facts"]}
    known = reading.read({name: value for name, value in request.items() if name not in vector["without"]})
    rulebook = allowing(vector["instrument"], vector["classes"], vector["when"], vector["draft"])
    verdict = evaluate(rulebook, operators.read(VECTORS["profile"]), known, date.fromisoformat(vector["today"]))
    assert (verdict.action, list(verdict.named)) == (vector["action"], vector["named"])


def test_lp_10_there_are_vectors_in_which_others_are_named_and_vectors_in_which_they_are_not() -> None:
    told = [(bool(vector["classes"]), bool(vector["named"])) for vector in VECTORS["naming"]]
    assert {(True, True), (True, False), (False, False)} == set(told)


def test_no_change_is_in_vain() -> None:
    """What does not fire differs from what does in the one change, and only in it."""
    for code, pair in PAIRS.items():
        assert pair.fires != pair.not_so, code
        assert pair.fires.facts or pair.fires.drop or pair.fires.profile or pair.fires.draft or code == "D-TERM"
