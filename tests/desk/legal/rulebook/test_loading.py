# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is no rulebook is refused: by the YAML, by the schema, or because its parts do not fit together."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

import pytest

from privity.desk.legal.rulebook import strict_yaml
from privity.desk.legal.rulebook.errors import RulesRefused, SchemaRefused, YamlRefused
from privity.desk.legal.rulebook.loading import checked, load, shipped
from privity.desk.legal.rulebook.model import DataClass, Instrument, Rule, Rulebook, Status
from privity.production.classes import Never, Permit, Releasable

SHIPPED: Final = files("privity.desk.legal.rulebook").joinpath("rulebook.yaml").read_bytes()
READ: Final = strict_yaml.load(SHIPPED)
Change = Callable[[dict[str, Any]], object]


def load_with(change: Change) -> Rulebook:
    """The shipped rulebook with one change."""
    read = copy.deepcopy(READ)
    change(read)
    return checked(read, "")


def instrument(read: dict[str, Any], which: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in read["instruments"] if each["id"] == which)
    return found


def rule(read: dict[str, Any], code: str) -> dict[str, Any]:
    everywhere = [*read["global_rules"], *(each for one in read["instruments"] for each in one["rules"])]
    found: dict[str, Any] = next(each for each in everywhere if each["code"] == code)
    return found


def test_the_shipped_rulebook_is_a_draft_with_the_hash_of_its_bytes() -> None:
    rulebook = shipped()
    assert rulebook.status is Status.DRAFT
    assert rulebook.sha256 == hashlib.sha256(SHIPPED).hexdigest()
    assert load(SHIPPED + b"# and more").sha256 != rulebook.sha256


def test_everything_says_on_what_it_rests() -> None:
    rulebook = shipped()
    resting: list[Rule | Instrument | DataClass] = [*rulebook.rules()]
    resting += [*rulebook.instruments.values(), *rulebook.classes.values()]
    for each in resting:
        assert each.basis
        assert each.confidence
        assert each.sources


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &x 1\nb: *x", "an anchor"),
        ("a: *x", "an alias"),
        ("a: !!python/object/apply:os.system [ls]", "a tag"),
        ("a: !!str 1", "a tag"),
        ("a: 1\na: 2", "'a' for the second time"),
        ("<<: {a: 1}", "a merge key"),
        ("1: a", "a key that is not text"),
        ("[a]: b", "a key that is not text"),
        ("a:", "a value that is missing"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("%YAML 1.1\n---\na: 1", "a directive"),
        ("[" * 30 + "]" * 30, "more than 24 levels"),
        ("", "expected one document, got none"),
        ("a: [", "not YAML"),
        ("a: \x00", "not YAML"),
    ],
)
def test_yaml_that_surprises_is_refused(text: str, why: str) -> None:
    with pytest.raises(YamlRefused, match=why):
        strict_yaml.load(text.encode())


def test_yaml_that_is_no_utf_8_or_too_large_is_refused() -> None:
    with pytest.raises(YamlRefused, match="expected UTF-8"):
        strict_yaml.load(b"a: \xff")
    with pytest.raises(YamlRefused, match="at most 524,288 bytes are read, got 524,289"):
        strict_yaml.load(b"#" * (strict_yaml.MAX_BYTES + 1))


def test_what_looks_like_text_is_text() -> None:
    read = strict_yaml.load(
        b"[no, NO, yes, on, off, y, 2026-08-18, 1_000, 0x10, 010, 1.5, 12:30, ~, True, .inf, '17', =]"
    )
    assert read == [
        "no", "NO", "yes", "on", "off", "y", "2026-08-18", "1_000", "0x10", "010", "1.5", "12:30", "~", "True", ".inf",
        "17", "=",
    ]  # fmt: skip
    assert strict_yaml.load(b"[true, false, null, 0, -17, 2048]") == [True, False, None, 0, -17, 2048]


@pytest.mark.parametrize("never", Never)
@pytest.mark.parametrize("held", ["by_profile", "always", True])
def test_lp_1_a_class_that_is_never_held_cannot_be_flipped(never: Never, held: object) -> None:
    with pytest.raises(SchemaRefused, match=f"data_classes/{never}"):
        load_with(lambda read: read["data_classes"][never].update(held=held))


@pytest.mark.parametrize("never", Never)
@pytest.mark.parametrize(
    ("which", "permit"),
    [(each["id"], Permit.COMPEL) for each in READ["instruments"]] + [("user.disclosure", each) for each in Permit],
)
def test_lp_1_a_class_that_is_never_held_is_in_no_permit(which: str, never: Never, permit: Permit) -> None:
    with pytest.raises(SchemaRefused, match="permits"):
        load_with(lambda read: instrument(read, which)["permits"].update({never: permit}))


def test_lp_1_no_class_can_be_both() -> None:
    assert not {each.value for each in Releasable} & {each.value for each in Never}
    for each in shipped().instruments.values():
        assert each.permits.keys() == set(Releasable)


def _without(which: str) -> Change:
    return lambda read: read.pop(which)


UNSCHEMATIC: Final[dict[str, Change]] = {
    "an unknown key": lambda read: read.update(colour="blue"),
    "an unknown key of an instrument": lambda read: read["instruments"][0].update(colour="blue"),
    "an unknown key of a rule": lambda read: rule(read, "US-S1").update(colour="blue"),
    "an unknown key of a global rule": lambda read: rule(read, "G01").update(colour="blue"),
    "an unknown key of a class": lambda read: read["data_classes"]["subscriber"].update(colour="blue"),
    "an unknown key of a predicate": lambda read: rule(read, "G01")["when"].update(colour="blue"),
    "an unknown class": lambda read: read["data_classes"].update(teapots=read["data_classes"]["subscriber"]),
    "an unknown predicate": lambda read: rule(read, "G01")["when"].update(op="matches"),
    "an unknown action": lambda read: rule(read, "G01").update(action="release"),
    "an unknown permit": lambda read: read["instruments"][0]["permits"].update(subscriber="always"),
    "an unknown confidence": lambda read: read["instruments"][0].update(confidence="total"),
    "an unknown status": lambda read: read.update(status="signed"),
    "a permit that is not said": lambda read: read["instruments"][0]["permits"].pop("subscriber"),
    "no sources": lambda read: read["instruments"][0].pop("sources"),
    "no basis": lambda read: rule(read, "G01").pop("basis"),
    "a rejection without what would work": lambda read: rule(read, "G01").pop("instead"),
    "a narrowing that removes nothing": lambda read: rule(read, "US-S1").pop("removes"),
    "a rejection that removes": lambda read: rule(read, "US-D1").update(removes=["subscriber"]),
    "a uniform rule that is no hold": lambda read: rule(read, "G05").update(action="refer"),
    "a uniform rule of an instrument": lambda read: rule(read, "US-S1").update(uniform=True),
    "a comparison without a value": lambda read: rule(read, "G11")["when"].pop("value"),
    "a value where there is none": lambda read: rule(read, "UK-5")["when"].update(value=True),
    "an empty all": lambda read: rule(read, "G09").update(when={"all": []}),
    "a code of another form": lambda read: rule(read, "G01").update(code="D-REVIEW"),
    "no global rules": _without("global_rules"),
}


@pytest.mark.parametrize("change", UNSCHEMATIC)
def test_what_the_schema_does_not_allow(change: str) -> None:
    with pytest.raises(SchemaRefused):
        load_with(UNSCHEMATIC[change])


def _when(code: str, **when: object) -> Change:
    return lambda read: rule(read, code).update(when=when)


def _condition(permit: str, **condition: object) -> Change:
    return lambda read: instrument(read, "de.stpo")["conditions"].update({permit: condition})


UNFITTING: Final[dict[str, tuple[Change, str]]] = {
    "an instrument twice": (lambda read: read["instruments"].append(read["instruments"][0]), "each instrument once"),
    "a code twice": (lambda read: rule(read, "G02").update(code="G01"), "each code once, got G01"),
    "no such fact": (_when("G01", fact="colour", op="missing"), "'colour', which is no fact"),
    "a question to another kind": (_when("G01", fact="asks", op="lt", value=3), "asks lt of asks"),
    "a flag that is text": (
        _when("US-W3", fact="foreign_law_conflict", op="is", value="true"),
        "value of another kind",
    ),
    "a word that is true": (_when("G07", fact="requester_kind", op="is", value=True), "value of another kind"),
    "a word never said": (_when("G01", fact="asks", op="any_of", value=["brew"]), "asks never says brew"),
    "requires no fact": (lambda read: read["instruments"][0].update(required=["colour"]), "requires 'colour'"),
    "requires what is worked out": (lambda read: read["instruments"][0].update(required=["expired"]), "'expired'"),
    "binds by nothing": (lambda read: read["instruments"][0].update(binding_if=["colour"]), "binds by 'colour'"),
    "no such authority": (
        lambda read: read["instruments"][0]["authority"].update(kinds=["brewer"]),
        "no kind of authority: brewer",
    ),
    "no such group of countries": (lambda read: read["instruments"][0].update(issued_by="EU99"), "got EU99"),
    "no day": (lambda read: read.update(compiled="2026-02-30"), "got 2026-02-30"),
    "a court without a condition": (lambda read: instrument(read, "de.stpo").pop("conditions"), "needs a condition"),
    "a condition without a class": (
        _condition("compel_if_threshold", fact="judicial_signature", op="is", value=True),
        "a condition needs a class",
    ),
    "given for want of a fact": (
        _condition("compel_with_court", fact="judicial_signature", op="not", value=True),
        "would switch it off",
    ),
    "given because a fact is missing": (_condition("compel_with_court", fact="docket", op="missing"), "switch it off"),
    "given for what is asked": (
        _condition("compel_with_court", fact="asks", op="any_of", value=["disclose"]),
        "hangs on what is asked for",
    ),
    "stopped by a fact that is there": (_when("G06", fact="expires_on", op="present"), "leaving out expires_on"),
    "stopped by no missing fact": (_when("G06", neg={"fact": "gag_basis", "op": "missing"}), "leaving out gag_basis"),
    "stopped by no lack": (
        _when("G06", neg={"fact": "signature", "op": "not", "value": True}),
        "leaving out signature",
    ),
    "stopped by asking for little": (_when("G01", fact="asks", op="none_of", value=["keys"]), "more asks"),
    "stopped by asking for no key": (
        _when("G01", neg={"fact": "asks", "op": "any_of", "value": ["keys"]}),
        "more asks",
    ),
    "stopped by few classes": (_when("US-W3", fact="classes", op="none_of", value=["subscriber"]), "more classes"),
    "two uniform rules": (
        lambda read: read["global_rules"].append({**rule(read, "G05"), "code": "G99"}),
        "one uniform",
    ),
    "no uniform rule": (lambda read: rule(read, "G05").pop("uniform"), "one uniform rule"),
    "a uniform rule about something else": (_when("G05", fact="signature", op="not", value=True), "one uniform rule"),
    "a uniform rule that spares somebody": (
        _when(
            "G05",
            all=[
                {"fact": "requester_verified", "op": "not", "value": True},
                {"fact": "target_count", "op": "gt", "value": 3},
            ],
        ),
        "one uniform rule",
    ),
}


@pytest.mark.parametrize("change", UNFITTING)
def test_what_does_not_fit_together(change: str) -> None:
    how, why = UNFITTING[change]
    with pytest.raises(RulesRefused, match=why):
        load_with(how)
