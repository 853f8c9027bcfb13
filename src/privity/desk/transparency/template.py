# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The shape of the EU's template for transparency reports (Implementing Regulation (EU) 2024/2835, Annex I).

Headings, categories and indicators are named as that template names them, because programs read them; what this desk
puts into them, and what it leaves empty because it does not know it, stands in `eu`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

ALL: Final = "All"
HOSTING: Final = "Only for providers of hosting services, including online platforms"
PLATFORMS: Final = "Only for providers of online platforms"
LARGEST: Final = "Only for VLOPs"
LARGEST_OF_ALL: Final = "Only for VLOPs and VLOSEs"
OTHER: Final = "OTHER"
NOT_SPECIFIED: Final = "NOT_SPECIFIED_NOTICE"
NO_ORDER_SPECIFIED: Final = "NOT_SPECIFIED_ORDER"

CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    "ANIMAL_WELFARE": ("ANIMAL_HARM", "UNLAWFUL_SALE_ANIMALS", OTHER),
    "CONSUMER_INFORMATION": (
        "HIDDEN_ADVERTISEMENT",
        "INSUFFICIENT_INFORMATION_ON_TRADERS",
        "MISLEADING_INFO_GOODS_SERVICES",
        "MISLEADING_INFO_CONSUMER_RIGHTS",
        "NONCOMPLIANCE_PRICING",
        OTHER,
    ),
    "CYBER_VIOLENCE": (
        "CYBER_BULLYING_INTIMIDATION",
        "CYBER_HARASSMENT",
        "CYBER_INCITEMENT",
        "CYBER_STALKING",
        "NON_CONSENSUAL_IMAGE_SHARING",
        "NON_CONSENSUAL_MATERIAL_DEEPFAKE",
        OTHER,
    ),
    "CYBER_VIOLENCE_AGAINST_WOMEN": (
        "BULLYING_AGAINST_GIRLS",
        "CYBER_HARASSMENT_AGAINST_WOMEN",
        "CYBER_STALKING_AGAINST_WOMEN",
        "FEMALE_GENDERED_DISINFORMATION",
        "INCITEMENT_AGAINST_WOMEN",
        "NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN",
        "NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN",
        OTHER,
    ),
    "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": (
        "BIOMETRIC_DATA_BREACH",
        "DATA_FALSIFICATION",
        "MISSING_PROCESSING_GROUND",
        "RIGHT_TO_BE_FORGOTTEN",
        OTHER,
    ),
    "ILLEGAL_OR_HARMFUL_SPEECH": ("DEFAMATION", "DISCRIMINATION", "HATE_SPEECH", OTHER),
    "INTELLECTUAL_PROPERTY_INFRINGEMENTS": (
        "COPYRIGHT_INFRINGEMENT",
        "DESIGN_INFRINGEMENT",
        "GEOGRAPHIC_INDICATIONS_INFRINGEMENT",
        "PATENT_INFRINGEMENT",
        "TRADE_SECRET_INFRINGEMENT",
        "TRADEMARK_INFRINGEMENT",
        OTHER,
    ),
    "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": (
        "MISINFORMATION_DISINFORMATION",
        "VIOLATION_EU_LAW",
        "VIOLATION_NATIONAL_LAW",
        OTHER,
    ),
    "PROTECTION_OF_MINORS": (
        "AGE_SPECIFIC_RESTRICTIONS_MINORS",
        "CHILD_SEXUAL_ABUSE_MATERIAL",
        "CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE",
        "GROOMING_SEXUAL_ENTICEMENT_MINORS",
        "UNSAFE_CHALLENGES",
        OTHER,
    ),
    "RISK_FOR_PUBLIC_SECURITY": (
        "ILLEGAL_ORGANIZATIONS",
        "RISK_ENVIRONMENTAL_DAMAGE",
        "RISK_PUBLIC_HEALTH",
        "TERRORIST_CONTENT",
        OTHER,
    ),
    "SCAMS_AND_FRAUD": (
        "IMPERSONATION_ACCOUNT_HIJACKING",
        "INAUTHENTIC_ACCOUNTS",
        "INAUTHENTIC_LISTINGS",
        "INAUTHENTIC_USER_REVIEWS",
        "PHISHING",
        "PYRAMID_SCHEMES",
        OTHER,
    ),
    "SELF_HARM": ("CONTENT_PROMOTING_EATING_DISORDERS", "SELF_MUTILATION", "SUICIDE", OTHER),
    "UNSAFE_AND_PROHIBITED_PRODUCTS": ("PROHIBITED_PRODUCTS", "UNSAFE_PRODUCTS", OTHER),
    "VIOLENCE": (
        "COORDINATED_HARM",
        "INCITEMENT_VIOLENCE_HATRED",
        "HUMAN_EXPLOITATION",
        "HUMAN_TRAFFICKING",
        "TRAFFICKING_WOMEN_GIRLS",
        OTHER,
    ),
}
"""Of illegal content, with the keywords below each."""

BREACHES: Final = "OTHER_VIOLATION_TC"
BREACH_KEYWORDS: Final = (
    "ADULT_SEXUAL_MATERIAL",
    "AGE_SPECIFIC_RESTRICTIONS",
    "GEOGRAPHICAL_REQUIREMENTS",
    "GOODS_SERVICES_NOT_PERMITTED",
    "LANGUAGE_REQUIREMENTS",
    "NUDITY",
    OTHER,
)
"""Only where the house's own terms are what was broken."""

NOTICES: Final = (
    "Number of notices received",
    "Number of notices received from Trusted flaggers",
    "Number of specific items of information included in the total number of notices",
    "Number of specific items of information included in the total number of notices by Trusted Flaggers"
    " (Trusted Flagger notices)",
    "Median time to take action",
    "Median time to take action (Trusted Flagger notices)",
    "Number of actions taken on the basis of the law",
    "Number of actions taken on the basis of the law (Trusted Flagger notices)",
    "Number of actions taken on the basis of the terms and conditions of the service",
    "Number of actions taken on the basis of the terms and conditions of the service (Trusted Flagger notices)",
)

MEASURES: Final = (
    "Number of measures taken at the provider's own initiative",
    "Number of measures taken after detection with solely automated means",
    "Visibility restriction Removal",
    "Visibility restriction Disable",
    "Visibility restriction Demoted",
    "Visibility restriction Age restricted",
    "Visibility restriction Interaction restricted",
    "Visibility restriction Labelled",
    "Visibility restriction Other",
    "Monetary restriction Suspension",
    "Monetary restriction Termination",
    "Monetary restriction Other",
    "Provision of the service Suspension",
    "Provision of the service Termination",
    "Account restriction Suspension",
    "Account restriction Termination",
)

ORDERS: Final = (
    "Number of orders to act against illegal content received",
    "Number of specific items of information included in the total number of orders to act against illegal content",
    "Median time to inform the authority of the receipt of the order to act against illegal content",
    "Median time to give effect to the order to act against illegal content",
    "Number of orders to provide information",
    "Median time to inform the authority of the receipt of the order to provide information",
    "Median time to give effect to the order to provide information",
)

NAMES: Final = (
    "Category label",
    "Category description",
    "Category of illegal content / incompatible with the terms and conditions",
    "Contextual information",
)
PERIOD: Final = ("Applicability", "Service", "Reporting period")
INDICATORS: Final = (*PERIOD, "Section", "Indicator", "Scope", "Value", "Contextual Information")

TOTAL: Final = "Total number"
_ENDS: Final = (TOTAL, "Decisions upheld", "Decisions partially reversed", "Decisions reversed", "Median time")
_OMITTED: Final = "Decision omitted"

COMPLAINTS: Final = "Internal complaints mechanism"
DISPUTES: Final = "Out-of-court dispute settlement bodies"
REPEATED: Final = "Suspensions imposed on repeated offenders"
AUTOMATED: Final = "Use of automated means for content moderation"
PEOPLE: Final = "Human resources dedicated to content moderation"

ALL_COMPLAINTS: Final = "Number of complaints submitted to the internal-complaints mechanism"
NEW_RESTRICTIONS: Final = "Number of restrictions newly imposed as a result of an internal complaint"
AGAINST: Final = {
    "visibility": "Complaint regarding a decision to remove or disable access to or restrict visibility of information",
    "service": "Complaint regarding a decision to suspend or terminate the provision of the service",
    "account": "Complaint regarding a decision to suspend or terminate an account",
    "money": "Complaint regarding a decision to restrict the ability to monetise information",
    "notice": "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16",
    "flagger": "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in"
    " accordance with Article 16",
}
ALL_DISPUTES: Final = "Number of disputes submitted to out-of-court dispute settlement bodies"
UNFOUNDED: Final = "Number of suspensions enacted for the provision of manifestly unfounded notices"
_SUSPENSIONS: Final = (
    "Number of suspensions enacted for the provision of manifestly illegal content",
    UNFOUNDED,
    "Number of suspensions enacted for the provision of manifestly unfounded complaints",
)

BY_MACHINES: Final = "Number of measures solely taken by automated means"
BY_PEOPLE: Final = "Number of measures not taken by automated means"
NOTICES_BY_MACHINES: Final = "Number of notices solely processed by automated means"
NOTICES_BY_PEOPLE: Final = "Number of notices not processed by automated means"
_ACCURACY: Final = tuple(f"Accuracy of the automated means - {what}" for what in ("Accuracy", "Precision", "Recall"))
OWN_INITIATIVE: Final = "Own-initiative"
ALL_NOTICES: Final = "NAM Total"
FLAGGERS: Final = "NAM Trusted Flagger"

MODERATORS: Final = "Number of internal moderators employed by the provider"
EXTERNAL: Final = "Number of external moderators contracted by the provider"
LINGUISTS: Final = "Number of total moderators with sufficient linguistic expertise"
RECIPIENTS: Final = "Number of average monthly active recipients during the reporting period"
AMAR: Final = "AMAR"

PROVIDER: Final = "Name of the service provider"
PREVIOUS: Final = "Date of the publication of the latest previous report"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "own_initiative": (ALL, "Summary of the content moderation engaged in at the providers' own initiative"),
    "detection": (
        ALL,
        "Meaningful and comprehensible information regarding content moderation engaged in at the providers' own"
        " initiative",
    ),
    "automated_means": (ALL, "Qualitative description of the automated means"),
    "accuracy": (
        ALL,
        "Qualitative description of indicators of accuracy and possible rate of error of automated means",
    ),
    "purposes": (ALL, "Specification of the precise purposes to apply automated means"),
    "safeguards": (ALL, "Safeguards applied to the use of automated means"),
    "governance": (LARGEST, "High-level description of the content moderation governance structure"),
    "qualifications": (LARGEST, "Qualifications of the human resources dedicated to content moderation"),
    "training": (LARGEST, "Training given to human resources dedicated to content moderation"),
    "support": (LARGEST, "Support given to human resources dedicated to content moderation"),
    "counting": (LARGEST, "Methodology used to compute the number of human resources dedicated to content moderation"),
}
"""Section 11: for whom, and what it asks for, by what the operator's file calls it."""

Indicated = tuple[str, str, str, str]
"""Applicability, section, indicator, scope."""


def rows_of_complaints() -> Iterator[Indicated]:
    """Section 7."""
    yield ALL, COMPLAINTS, ALL_COMPLAINTS, TOTAL
    for scope in (*_ENDS[1:], _OMITTED):
        yield PLATFORMS, COMPLAINTS, ALL_COMPLAINTS, scope
    yield PLATFORMS, COMPLAINTS, NEW_RESTRICTIONS, TOTAL
    for indicator in AGAINST.values():
        for scope in _ENDS:
            yield PLATFORMS, COMPLAINTS, indicator, scope
    for scope in (*_ENDS, _OMITTED, "Percentage of outcomes implemented"):
        yield PLATFORMS, DISPUTES, ALL_DISPUTES, scope
    for indicator in _SUSPENSIONS:
        yield PLATFORMS, REPEATED, indicator, TOTAL


def rows_of_automated_means() -> Iterator[Indicated]:
    """Section 8, without the rows by language, which only the largest platforms fill."""
    for scope in (TOTAL, OWN_INITIATIVE):
        for indicator in (BY_MACHINES, BY_PEOPLE, *_ACCURACY):
            yield ALL, AUTOMATED, indicator, scope
    for applies, scope in ((HOSTING, ALL_NOTICES), (PLATFORMS, FLAGGERS)):
        for indicator in (NOTICES_BY_MACHINES, NOTICES_BY_PEOPLE, *_ACCURACY):
            yield applies, AUTOMATED, indicator, scope


def rows_of_people(languages: Iterable[str]) -> Iterator[Indicated]:
    """Section 9."""
    for indicator in (MODERATORS, EXTERNAL, LINGUISTS):
        yield LARGEST, PEOPLE, indicator, TOTAL
    for language in languages:
        yield LARGEST, PEOPLE, LINGUISTS, language
