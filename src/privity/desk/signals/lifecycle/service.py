# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The life of a version: each transition by somebody who may, one by one, in the audit log.

draft -> typed -> tested -> shadow -> proposed -> live -> ended. A version never changes; another text is another
version, and goes the whole way. A rule that takes something from somebody acts after two people have agreed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from typing import Final

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle import backtest, samples_store, store
from privity.desk.signals.lifecycle.checked import checked, takes_two
from privity.desk.signals.lifecycle.errors import (
    NameRefused,
    SecondPerson,
    TellsWhen,
    TooEarly,
    TooHardInElection,
    VersionUnknown,
    WrongStage,
)
from privity.desk.signals.lifecycle.model import (
    DAY_MS,
    SHADOW_MS,
    Backtest,
    Case,
    HappenedStep,
    RuleDay,
    Stage,
    Version,
)
from privity.desk.signals.lifecycle.words import worded
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.desk.staff.two_people import must_stand, same_person
from privity.identity.uris import Random
from privity.wire.observed import Observed

_NAME: Final = re.compile("[a-z0-9_]{1,40}")
OVER: Final = frozenset({Stage.DRAFT, Stage.ENDED})


def draft(db: Db, acting: Acting, name: str, text: str, now_ms: int) -> Version:
    """Hand a text in. What the language refuses is kept with its error and goes no further.

    Raises NotYourRole or NameRefused.
    """
    acting.must(Right.WRITE_RULES)
    if _NAME.fullmatch(name) is None:
        raise NameRefused(f"a set of rules is called by 1 to 40 small letters, digits and underscores, got {name!r}")
    rules, error, line, column = _typed(text)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() if rules is None else rules.digest
    restricts = rules is not None and takes_two(rules)
    stage = Stage.DRAFT if rules is None else Stage.TYPED
    with transaction(db):
        number = store.add_version(db, name, text, digest, restricts, acting.who, now_ms, error, line, column)
        _step(db, acting, number, stage, Act.RULES_DRAFTED, error, now_ms, name=name, digest=digest.hex())
    return existing(db, number)


def test(db: Db, acting: Acting, number: int, observations: Iterable[Observed], now_ms: int) -> Backtest:
    """Look back over what is kept: what the version would have done. As often as somebody wants, while it is not over.

    Raises NotYourRole, VersionUnknown, WrongStage or NothingKept.
    """
    looking = begin_test(db, acting, number, observations, now_ms)
    for _ in looking.steps():
        pass
    return keep_test(db, acting, looking, now_ms)


def begin_test(
    db: Db, acting: Acting, number: int, observations: Iterable[Observed], now_ms: int, random: Random = os.urandom
) -> backtest.Looking:
    """The same in steps; `keep_test` is the last. `random` draws whom it shows. Days that are over are looked at: who
    looked back again and again would see who comes when.

    Raises NotYourRole, VersionUnknown or WrongStage.
    """
    acting.must(Right.WRITE_RULES)
    try:
        return backtest.Looking(db, _alive(db, number), _of_days_over(observations, now_ms), now_ms, random)
    except (RuleError, TellsWhen) as err:
        raise _refused(number, err) from None


def keep_test(db: Db, acting: Acting, looking: backtest.Looking, now_ms: int) -> Backtest:
    """What a look back found, once all its steps are taken. Raises NotYourRole, WrongStage or NothingKept."""
    acting.must(Right.WRITE_RULES)
    made = looking.found(acting.who, now_ms)
    with transaction(db):
        version = _alive(db, looking.version)
        test_number = store.add_backtest(db, made)
        samples_store.put(db, version.number, looking.cases(), now_ms)
        stage = Stage.TESTED if version.stage is Stage.TYPED else None
        said: dict[str, Said] = {"test": test_number, "observations": made.observations}
        _step(db, acting, version.number, stage, Act.RULES_TESTED, "", now_ms, **said)
    found = store.newest_backtest(db, version.number)
    assert found is not None
    return found


def shadow(db: Db, acting: Acting, number: int, now_ms: int) -> Version:
    """From now on it is asked about every event, and nothing is done. Raises NotYourRole or WrongStage."""
    acting.must(Right.WRITE_RULES)
    with transaction(db):
        _must_be(db, number, Stage.TESTED, "it is tried on what is kept first")
        _step(db, acting, number, Stage.SHADOW, Act.RULES_IN_SHADOW, "", now_ms)
    return existing(db, number)


def propose(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Version:
    """Ask that it goes live. Where nothing follows from it, it is live with this.

    Raises NotYourRole, WordsMissing, WrongStage or TooEarly.
    """
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    with transaction(db):
        version = _must_be(db, number, Stage.SHADOW, "it is watched in shadow first")
        since_ms = version.since_ms(Stage.SHADOW) or now_ms
        if now_ms - since_ms < SHADOW_MS:
            hours = (SHADOW_MS - (now_ms - since_ms)) // 3_600_000 + 1
            raise TooEarly(f"version {number} is watched in shadow for a day at least; ask again in {hours} hours")
        _must_mean_the_same(version)
        if version.restricts:
            _step(db, acting, number, Stage.PROPOSED, Act.RULES_PROPOSED, why, now_ms)
        else:
            _go_live(db, acting, version, why, now_ms)
    return existing(db, number)


def agree(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Version:
    """As the second person; it is live with this.

    Raises NotYourRole, WordsMissing, WrongStage, SecondPerson or AskerLeft.
    """
    acting.must(Right.AGREE_RULES)
    why = worded(words)
    with transaction(db):
        version = _must_be(db, number, Stage.PROPOSED, "somebody asks for it first")
        first = version.proposed_by or ""
        if same_person(first, acting.who):
            raise SecondPerson(f"{acting.who} asked that version {number} goes live; somebody else agrees")
        must_stand(db, first, Right.WRITE_RULES, f"version {number}")
        _must_mean_the_same(version)
        _go_live(db, acting, version, why, now_ms)
    return existing(db, number)


def withdraw(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Version:
    """Who asked takes it back, or another person disagrees: it stays in shadow. Raises as `propose` does."""
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    with transaction(db):
        _must_be(db, number, Stage.PROPOSED, "only what waits is withdrawn")
        _step(db, acting, number, Stage.SHADOW, Act.RULES_WITHDRAWN, why, now_ms)
    return existing(db, number)


def end(db: Db, acting: Acting, number: int, words: str, now_ms: int) -> Version:
    """It is asked about nothing any more, at once, by one person. Raises NotYourRole, WordsMissing or WrongStage."""
    acting.must(Right.WRITE_RULES)
    why = worded(words)
    with transaction(db):
        _alive(db, number)
        _step(db, acting, number, Stage.ENDED, Act.RULES_ENDED, why, now_ms)
    return existing(db, number)


def listed(db: Db, acting: Acting, name: str | None = None) -> tuple[Version, ...]:
    """All versions, the newest first; of one set of rules, where it is named. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return store.versions(db, name)


def version(db: Db, acting: Acting, number: int) -> Version:
    """Raises NotYourRole or VersionUnknown."""
    acting.must(Right.SEE_RULES)
    return existing(db, number)


def rules_of(db: Db, acting: Acting, number: int) -> RuleSet:
    """Its rules, compiled, for a page. Raises NotYourRole, VersionUnknown or WrongStage."""
    acting.must(Right.SEE_RULES)
    found = existing(db, number)
    if found.error:
        raise WrongStage(f"version {number} is a draft that the language refuses: {found.error}")
    try:
        return compile_rules(found.text, CATALOGUE)
    except RuleError as err:
        raise _refused(number, err) from None


def newest_test(db: Db, acting: Acting, number: int) -> Backtest | None:
    """The newest look back of a version; None before the first. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return store.newest_backtest(db, number)


def samples(db: Db, acting: Acting, number: int, now_ms: int) -> tuple[Case, ...]:
    """A few of those for whom its rules would have held, by the newest look back. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    return samples_store.of(db, number, now_ms)


def days(db: Db, acting: Acting, number: int, last_days: int, now_ms: int) -> tuple[RuleDay, ...]:
    """Numbers by rule and day, for plots. Raises NotYourRole."""
    acting.must(Right.SEE_RULES)
    today = now_ms // DAY_MS
    return store.days(db, number, today - last_days + 1, today)


def count_waiting(db: Db) -> int:
    """For the navigation: versions that wait for a second person."""
    return len(store.in_stages(db, Stage.PROPOSED))


def existing(db: Db, number: int) -> Version:
    """Raises VersionUnknown."""
    found = store.find(db, number)
    if found is None:
        raise VersionUnknown(f"there is no version {number}")
    return found


def _of_days_over(observations: Iterable[Observed], now_ms: int) -> Iterator[Observed]:
    midnight_ms = now_ms // DAY_MS * DAY_MS
    return (one for one in observations if one.at_ms < midnight_ms)


def _typed(text: str) -> tuple[RuleSet | None, str, int, int]:
    try:
        return checked(text), "", 0, 0
    except RuleError as err:
        return None, f"{type(err).__name__}: {err}", err.line, err.column
    except (TooHardInElection, TellsWhen) as err:
        return None, f"{type(err).__name__}: {err}", 0, 0


def _go_live(db: Db, acting: Acting, version: Version, why: str, now_ms: int) -> None:
    for other in store.in_stages(db, Stage.LIVE):
        if other.name == version.name:
            words = f"version {version.number} came in its place"
            _step(db, acting, other.number, Stage.ENDED, Act.RULES_ENDED, words, now_ms)
    proposed_by = version.proposed_by
    _step(db, acting, version.number, Stage.LIVE, Act.RULES_LIVE, why, now_ms, first=proposed_by)


def _must_be(db: Db, number: int, stage: Stage, first: str) -> Version:
    found = existing(db, number)
    if found.stage is not stage:
        raise WrongStage(f"version {number} is {found.stage.value}, expected {stage.value}: {first}")
    return found


def _alive(db: Db, number: int) -> Version:
    found = existing(db, number)
    if found.stage in OVER:
        raise WrongStage(f"version {number} is {found.stage.value}; nothing comes after that")
    return found


def _refused(number: int, err: RuleError | TellsWhen) -> WrongStage:
    """A version that was taken by an older desk, whose features were others."""
    return WrongStage(f"version {number} was checked by an older desk, and this one refuses it: {err}")


def _must_mean_the_same(version: Version) -> None:
    """Raises WrongStage where the desk was renewed since, and the features mean something else now."""
    rules, error, _, _ = _typed(version.text)
    if rules is None or rules.digest != version.digest:
        said = error or "the features mean something else since"
        raise WrongStage(f"version {version.number} was checked by an older desk: hand it in again ({said})")


def _step(
    db: Db, acting: Acting, number: int, stage: Stage | None, act: Act, words: str, now_ms: int, **said: Said
) -> None:
    if stage is not None:
        store.add_step(db, number, HappenedStep(stage, now_ms, acting.who, words))
    audit.add(db, at_ms=now_ms, who=acting.who, act=act, about=f"rules:{number}", words=words, **said)
