# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Twenty rules as a host would have them, so that the bench stays the same when the shipped ones are tuned."""

from __future__ import annotations

from typing import Final

RULES: Final = """
FreshAccount = account_hours < 24
Vouched = account_days >= 180 and old_ties >= 5
Unwanted = acceptance_upper < 0.2
Disliked = share(blocked_by_7d, asked_7d)
Stranger = kind == "asked" and mutual == 0 and not together

FreshFlood = Rule(when=[kind == "sent", messages_15s > 100, account_seconds < 600],
    because=f"{messages_15s} messages in 15 seconds, {account_seconds} seconds old")
FreshReach = Rule(when=[kind == "sent", FreshAccount, reached_1h > 500], because=f"{reached_1h} reached in an hour")
Flood = Rule(when=[kind == "sent", messages_1h > 2000, not Vouched], because=f"{messages_1h} messages in an hour")
Cascade = Rule(when=[kind == "sent", rooms_written_1h > 300, messages_24h > 1000],
    because=f"{rooms_written_1h} rooms in an hour")
LargeFlood = Rule(when=[kind == "sent", largest >= 20, count > 40, FreshAccount],
    because=f"{count} messages of 2^{largest} bytes")
Groups = Rule(when=[kind == "created", groups_made_24h > 20, account_days < 7], because=f"{groups_made_24h} groups")
Adding = Rule(when=[kind == "added", people_added_1h > 500, not Vouched], because=f"{people_added_1h} added")
FreshAdding = Rule(when=[kind == "added", FreshAccount, people_added_24h > 100], because=f"{people_added_24h} added")
Unsolicited = Rule(when=[kind == "asked", answerable_7d >= 20, Unwanted, not Vouched],
    because=f"of {answerable_7d} asked {accepted_7d} accepted")
FastAsking = Rule(when=[kind == "asked", asked_1h >= 30, FreshAccount], because=f"{asked_1h} asked in an hour")
Strangers = Rule(when=[Stranger, strangers_asked_24h >= 50, not Vouched], because=f"{strangers_asked_24h} strangers")
Blocked = Rule(when=[kind == "was_blocked", blocked_by_24h >= 5, Disliked > 0.3],
    because=f"{blocked_by_24h} blocked it")
Minors = Rule(when=[Stranger, other_age == "minor", minor_strangers_7d >= 5, acceptance_upper < 0.5],
    because=f"{minor_strangers_7d} minors who are strangers")
MinorsBlock = Rule(when=[kind == "was_blocked", blocked_by_minors_7d >= 2, minor_strangers_7d >= 3],
    because=f"{blocked_by_minors_7d} minors blocked it")
MinorsReport = Rule(when=[kind == "was_reported", reported_by_minors_7d >= 1, minors_asked_7d >= 3],
    because=f"{reported_by_minors_7d} minors reported it")
Reported = Rule(when=[kind == "was_reported", reported_by_24h >= 5, report_weight_24h > 4, not labelled_brigaded],
    because=f"{reported_by_24h} reported it")
Brigade = Rule(when=[kind == "was_reported", reported_by_new_24h >= 10,
    share(reported_by_new_24h, reported_by_24h) > 0.7],
    because=f"{reported_by_new_24h} reporters of less than a day")
Abuser = Rule(when=[kind == "reported", reports_made_24h >= 5, reports_closed >= 5, upheld_upper < 0.3],
    because=f"{reports_upheld} of {reports_closed} upheld")
Farm = Rule(when=[kind in ["asked", "created", "knocked"], FreshAccount, network_registered_24h > 20],
    because=f"{network_registered_24h} accounts of one network")
Knocker = Rule(when=[kind == "knocked", knocks_24h >= 20, account_days < 3], because=f"{knocks_24h} rooms")

WhenRules(any=[FreshFlood, FreshReach, Flood, Cascade, LargeFlood, Groups, Adding, FreshAdding], then=[Slow(2)])
WhenRules(any=[Unsolicited, FastAsking, Strangers, Blocked, Minors, Farm, Knocker], then=[Slow(24)])
WhenRules(any=[MinorsBlock, MinorsReport, Reported, Brigade, Abuser], then=[Slow(1)])
"""
"""With one effect, `Slow(hours)`: what follows from a rule costs nothing until it holds."""
