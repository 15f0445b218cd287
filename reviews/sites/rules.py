"""The rules of review sites: whether customers may be asked for a review there, and what links to its review form.

Who adds a site adds a row, with its source and the day as of which it is known.
"""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import idna

from reviewhub.look_alikes import read_as_latin


@dataclass(frozen=True)
class SiteRule:
    """A site's rule. `hosts`: its domains, with their subdomains. `form`: what the address of a review form looks like.

    `example`: such an address, for staff. `forbids_asking`: why its link is refused, in words; empty where asking is
    allowed. `note`: what the site demands of those who ask.
    """

    name: str
    hosts: re.Pattern[str]
    form: re.Pattern[str]
    example: str
    source: str
    as_of: date
    forbids_asking: str = ""
    note: str = ""


def _host(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:.+\.)?(?:{pattern})")


_ANY_COUNTRY = r"(?:com|[a-z]{2}|com?\.[a-z]{2})"
RULES = (
    SiteRule(
        name="Google",
        hosts=_host(rf"google\.{_ANY_COUNTRY}|g\.page|goo\.gl|g\.co"),
        form=re.compile(
            r"search\.google\.\S+/local/writereview\?\S*placeid=.+|g\.page/r/.+/review/?|maps\.app\.goo\.gl/.+"
        ),
        example="https://g.page/r/…/review",
        note="Everybody may be asked, for nothing in return, and in their own words.",
        source="https://support.google.com/contributionpolicy/answer/7400114",
        as_of=date(2025, 6, 1),
    ),
    SiteRule(
        name="Facebook",
        hosts=_host(r"facebook\.com|fb\.com|fb\.me"),
        form=re.compile(r"(?:\w+\.)?facebook\.com/.+/reviews/?(?:\?.*)?"),
        example="https://www.facebook.com/your.page/reviews",
        note="Everybody may be asked, for nothing in return.",
        source="https://transparency.meta.com/policies/community-standards/spam/",
        as_of=date(2025, 6, 1),
    ),
    SiteRule(
        name="Tripadvisor",
        hosts=_host(rf"tripadvisor\.{_ANY_COUNTRY}"),
        form=re.compile(r"(?:www\.)?tripadvisor\.\S+/UserReview(?:Edit)?-.+"),
        example="https://www.tripadvisor.com/UserReviewEdit-…",
        note="Everybody may be asked, for nothing in return.",
        source="https://www.tripadvisor.com/Trust",
        as_of=date(2025, 6, 1),
    ),
    SiteRule(
        name="Trustpilot",
        hosts=_host(r"trustpilot\.com"),
        form=re.compile(r"(?:\w+\.)?trustpilot\.com/evaluate/.+"),
        example="https://www.trustpilot.com/evaluate/your-domain.com",
        note="Everybody may be asked, in the same neutral words.",
        source="https://legal.trustpilot.com/for-businesses/guidelines-for-businesses",
        as_of=date(2025, 6, 1),
    ),
    SiteRule(
        name="Yelp",
        hosts=_host(rf"yelp\.{_ANY_COUNTRY}|yelp\.to"),
        form=re.compile(r"(?:www\.)?yelp\.\S+/writeareview/.+"),
        example="",
        forbids_asking="Yelp forbids businesses to ask for reviews, and hides those that were asked for.",
        source="https://www.yelp-support.com/article/Don-t-Ask-for-Reviews",
        as_of=date(2025, 6, 1),
    ),
)

_DIGITS = str.maketrans("0134578", "oleastb")  # as letters that they look like


@dataclass(frozen=True)
class Finding:
    """What there is to say about a site's link: why it is `refused`, or what to look at (`warning`); else empty."""

    rule: SiteRule | None = None
    refused: str = ""
    warning: str = ""


def rule_of(url: str) -> SiteRule | None:
    """Return the rule of the site that the link leads to, if it is one of RULES."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return next((rule for rule in RULES if rule.hosts.fullmatch(host)), None)


def check_site(url: str, *, name: str = "") -> Finding:
    """Look at a review site's link and name: may customers be asked there, and does it lead to the form for a review?

    See docs/rules.md A8.
    """
    parts = urlsplit(url)
    if parts.username is not None:
        return Finding(refused="The address hides its host behind an @: copy it from the site itself.")
    rule = rule_of(url)
    named = next((rule for rule in RULES if rule.name.lower() in name.lower().split()), None)
    if rule is None and (imitated := _imitated(parts.hostname or "")):
        return Finding(refused=f"{parts.hostname} looks like {imitated}, and is another site.")
    if rule is None and named is not None and named.forbids_asking:
        rule = named  # by a short link, say
    if rule is None:
        return Finding()
    if rule.forbids_asking:
        return Finding(rule, refused=f"{rule.forbids_asking} {rule.source}")
    address = url.split("://", 1)[-1]
    if not rule.form.fullmatch(address):
        words = f"This leads to {rule.name}, but not to the form for a review, which looks like {rule.example}."
        return Finding(rule, warning=f"{words} Open it, and see where a customer would land.")
    return Finding(rule)


def _imitated(host: str) -> str:
    """Return the name of the site that a host of somebody else's looks like; empty for none."""
    try:
        readable = idna.decode(host)
    except idna.IDNAError:
        readable = host
    labels = read_as_latin(readable.lower()).translate(_DIGITS).replace("rn", "m").replace("vv", "w").split(".")
    return next((rule.name for rule in RULES if rule.name.lower() in labels), "")
