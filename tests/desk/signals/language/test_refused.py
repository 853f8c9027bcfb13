# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A text of rules that is good, and one thing wrong in it: each with the error that says so, and the line."""

from __future__ import annotations

import pytest
from tests.desk.signals.language.example import CATALOGUE, RULES

from privity.desk.signals.language import limits
from privity.desk.signals.language.errors import (
    AlwaysTheSame,
    AssignedTwice,
    GoesInACircle,
    NeverUsed,
    NotARuleText,
    NotInTheLanguage,
    OutOfRange,
    RuleError,
    TooLarge,
    UnknownName,
    WrongArguments,
    WrongType,
)
from privity.desk.signals.language.rule_set import compile_rules

GOOD = 'R = Rule(when=[{}], because="so")\nWhenRules(any=[R], then=[Review(1)])\n'


def test_the_good_one_is_taken() -> None:
    assert [rule.name for rule in compile_rules(RULES, CATALOGUE).rules] == ["Fresh", "Unasked", "Odd"]
    assert len(compile_rules(GOOD.format("sends > 5"), CATALOGUE).rules) == 1


@pytest.mark.parametrize(
    ("condition", "error", "says"),
    [
        ("__import__('os').system('true')", UnknownName, "no function is called"),
        ("open('x')", UnknownName, "no function is called"),
        ("sends.bit_length() > 3", UnknownName, "no function is called"),
        ("sends.real > 3", NotInTheLanguage, "`sends.real`"),
        ("(lambda: new)()", UnknownName, "no function is called"),
        ("[x for x in [1]]", NotInTheLanguage, "not a part"),
        ("new if new else new", NotInTheLanguage, "not a part"),
        ("(n := new)", NotInTheLanguage, "not a part"),
        ("sends ** 2 > 5", NotInTheLanguage, "not a part"),
        ("sends // 2 > 5", NotInTheLanguage, "not a part"),
        ("sends % 2 == 1", NotInTheLanguage, "not a part"),
        ("~sends > 1", NotInTheLanguage, "not a part"),
        ("sends @ age > 1", NotInTheLanguage, "not a part"),
        ("{sends: 1}", NotInTheLanguage, "not a part"),
        ("client[0] == 'a'", NotInTheLanguage, "not a part"),
        ("f'{client}' == 'a'", NotInTheLanguage, "not a part"),
        ("sends > 1j", NotInTheLanguage, "not a part"),
        ("client == b'a'", NotInTheLanguage, "not a part"),
        ("new is True", NotInTheLanguage, "write =="),
        ("1 < sends in [1, 2]", NotInTheLanguage, "stands alone"),
        ("await new", NotInTheLanguage, "not a part"),
        ("sends", WrongType, "expected a condition, got a whole number"),
        ("client", WrongType, "expected a condition, got a text"),
        ("new and sends", WrongType, "expected a condition, got a whole number"),
        ("not client", WrongType, "expected a condition, got a text"),
        ("sends > client", WrongType, "numbers are compared with numbers"),
        ("new == new", WrongType, "numbers are compared with numbers"),
        ("client < 'b'", WrongType, "no meaning between them"),
        ("client + 'b' == 'ab'", WrongType, "stands between numbers, got a text"),
        ("sends + new > 1", WrongType, "stands between numbers, got a condition"),
        ("sends == -'a'", WrongType, "expected a number after -"),
        ("sends == -True", WrongType, "expected a number after -"),
        ("R", WrongType, "R is a rule"),
        ("share(pace, asked) > 0.1", WrongType, "share takes a whole number, got a number"),
        ("matches(sends, 'a')", WrongType, "matches takes a text"),
        ("sends in ['a']", WrongType, "numbers are compared with numbers"),
        ("share(drift, asked) > 0.5", OutOfRange, "takes counts"),
        ("sends / asked > 0.5", OutOfRange, "could divide by zero"),
        ("age * age * age > 5", OutOfRange, "at most"),
        ("pace * 1e299 > 5.0", OutOfRange, "at most"),
        ("sends > 9007199254740993", OutOfRange, "got a larger one"),
        ("sends > 0x" + "f" * 20_000, OutOfRange, "got a larger one"),
        ("pace > 1e999", OutOfRange, "got inf"),
        ("client == 'a\\x00b'", OutOfRange, "can be seen"),
        (f"client == {'a' * 1001!r}", OutOfRange, "at most 1,000 characters"),
        ("age > 1e99", AlwaysTheSame, "never holds"),
        ("sends >= 0", AlwaysTheSame, "always holds"),
        ("sends < 0", AlwaysTheSame, "never holds"),
        ("drift != -5000", AlwaysTheSame, "always holds"),
        ("drift == 5000", AlwaysTheSame, "never holds"),
        ("1 < 2", AlwaysTheSame, "for every event"),
        ("True", AlwaysTheSame, "this is True"),
        ("new or False", AlwaysTheSame, "this is False"),
        ("contains(client, '')", AlwaysTheSame, "empty text"),
        ("wilson_low(asked, sends) > 1", AlwaysTheSame, "never holds"),
        ("sneds > 5", UnknownName, "nothing is called sneds"),
        ("Review > 5", UnknownName, "nothing is called Review"),
        ("least(sends) > 5", WrongArguments, "takes 2 values"),
        ("least(sends, b=5) > 5", WrongArguments, "takes 2 values"),
        ("least(*[sends, 5]) > 5", WrongArguments, "takes 2 values"),
        ("matches(client, client)", WrongArguments, "a text in quotes"),
        ("matches(client, '(a')", WrongArguments, "missing )"),
        ("matches(client, '(?=a)')", WrongArguments, "RE2 does not take"),
        ("sends in sends", WrongArguments, "a list of 1 to"),
        ("sends in []", WrongArguments, "a list of 1 to"),
        ("sends in [age]", WrongArguments, "expected a literal"),
        ("not " * 80 + "new", TooLarge, "within each other"),
        ("(" * 150 + "new" + ")" * 150 + " and (" + "not " * 70 + "new)", TooLarge, "within each other"),
        (" or ".join(f"sends == {i}" for i in range(200)), TooLarge, "500 steps"),
        ("sends > ", NotARuleText, "cannot be read"),
        ("sends > 5\0", NotARuleText, "cannot be read"),
        ("sends > 1" + "0" * 5000, NotARuleText, "cannot be read"),
    ],
)
def test_a_condition_is_refused(condition: str, error: type[RuleError], says: str) -> None:
    with pytest.raises(error) as caught:
        compile_rules(GOOD.format(condition), CATALOGUE)
    assert type(caught.value) is error
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "error", "says", "line"),
    [
        ("Young = age < 600", "import os", NotInTheLanguage, "got `import os`", 3),
        ("Young = age < 600", "def Young(): pass", NotInTheLanguage, "expected `Name = ...`", 3),
        ("Young = age < 600", "Young: bool = age < 600", NotInTheLanguage, "expected `Name = ...`", 3),
        ("Young = age < 600", "Young = Again = age < 600", NotInTheLanguage, "expected `Name = ...`", 3),
        ("Young = age < 600", "Young, Old = age < 600, age > 5", NotInTheLanguage, "expected `Name = ...`", 3),
        ("Young = age < 600", "Young = age < 600; age < 5", NotInTheLanguage, "expected `Name = ...`", 3),
        ("Young = age < 600", "Young = age < 600; Young = age < 60", AssignedTwice, "Young already", 3),
        ("Young = age < 600", "Young = age < 600; sends = age < 60", AssignedTwice, "outside of this text", 3),
        ("Young = age < 600", "Young = age < 600; Odd = age < 60", AssignedTwice, "Odd already", 8),
        ("Young = age < 600", "Young = not Younger; Younger = not Young", GoesInACircle, "needs", 3),
        ("Young = age < 600", "Young = not Young", GoesInACircle, "Young needs Young", 3),
        ("Young = age < 600", "Young = age < 600; Idle = sends == 0", NeverUsed, "Idle is used nowhere", 3),
        ("[Unasked, Odd, Fresh]", "[Unasked, Fresh]", NeverUsed, "nothing follows from rule Odd", 8),
        ("[Unasked, Odd, Fresh]", "[Unasked, Odd, Frsh]", UnknownName, "no rule is called Frsh", 10),
        ("[Unasked, Odd, Fresh]", "[Unasked, Odd, Young]", UnknownName, "no rule is called Young", 10),
        ("[Unasked, Odd, Fresh]", "[]", WrongArguments, "at least one", 10),
        ("[Unasked, Odd, Fresh]", "[Unasked, Odd or Fresh]", WrongArguments, "lists names of rules", 10),
        ("[Review(1), Limit", "[Review, Limit", WrongArguments, "lists effects", 10),
        ("[Review(1), Limit", "[Ban(1), Limit", UnknownName, "no effect is called Ban", 10),
        ("[Review(1), Limit", "[Review(1, 2), Limit", WrongArguments, "Review takes priority", 10),
        ("[Review(1), Limit", "[Review(), Limit", WrongArguments, "Review takes priority", 10),
        ("[Review(1), Limit", "[Review(1, priority=1), Limit", WrongArguments, "Review takes priority", 10),
        ("[Review(1), Limit", "[Review(4), Limit", OutOfRange, "priority of Review is 0 to 3", 10),
        ("[Review(1), Limit", "[Review(True), Limit", WrongType, "priority of Review", 10),
        ("[Review(1), Limit", "[Review(sends), Limit", WrongType, "priority of Review", 10),
        ('Limit("send", 24)', 'Limit("sned", 24)', WrongArguments, "one of send, contact", 10),
        ("because=f", "why=f", WrongArguments, "Rule takes when=... and because=...", 6),
        ("when=[sends > 100, Young]", "when=[]", WrongArguments, "at least one", 6),
        ("when=[sends > 100, Young]", "when=sends > 100", WrongArguments, "list of conditions", 6),
        ("{sends} messages", "{sends + 1} messages", NotInTheLanguage, "one name", 6),
        ("{sends} messages", "{sends!r} messages", NotInTheLanguage, "one name", 6),
        ("{sends} messages", "{sends:9999999} messages", NotInTheLanguage, "one name", 6),
        ("{sends} messages", "{new} messages", WrongType, "new is a condition", 6),
        ('f"{sends} messages in 15 seconds, {age} seconds old"', "sends", WrongArguments, "a text in quotes", 6),
    ],
)
def test_a_text_is_refused(before: str, after: str, error: type[RuleError], says: str, line: int) -> None:
    assert before in RULES
    with pytest.raises(error) as caught:
        compile_rules(RULES.replace(before, after, 1), CATALOGUE)
    assert type(caught.value) is error
    assert says in str(caught.value)
    assert caught.value.line == line


def test_names_that_double_each_other_are_counted_as_written_out() -> None:
    doubling = "\n".join(f"N{i} = N{i + 1} and N{i + 1}" for i in range(400)) + "\nN400 = new\n"
    with pytest.raises(TooLarge, match="500 steps"):
        compile_rules(doubling + GOOD.format("N0"), CATALOGUE)


def test_a_long_chain_of_names_is_counted_as_nested() -> None:
    chain = "\n".join(f"N{i} = not N{i + 1}" for i in range(100)) + "\nN100 = new\n"
    with pytest.raises(TooLarge, match="within each other with every name written out"):
        compile_rules(chain + GOOD.format("N0"), CATALOGUE)


def test_a_text_has_bounds() -> None:
    with pytest.raises(TooLarge, match="characters"):
        compile_rules("#" * (limits.MAX_TEXT + 1), CATALOGUE)
    with pytest.raises(TooLarge, match="names"):
        compile_rules("\n".join(f"N{i} = new" for i in range(limits.MAX_NAMES + 1)), CATALOGUE)
    with pytest.raises(TooLarge, match="rules"):
        rules = (f'R{i} = Rule(when=[new], because="so")' for i in range(limits.MAX_RULES + 1))
        compile_rules("\n".join(rules), CATALOGUE)
    for deep, error in (("(", NotARuleText), ("not ", TooLarge), ("-", TooLarge), ("[", NotARuleText)):
        with pytest.raises(error):
            compile_rules("X = " + deep * 50_000 + "new", CATALOGUE)
