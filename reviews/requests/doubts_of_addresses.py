"""Doubts about addresses that are valid and yet may reach nobody, in words for whoever typed or imported them.

They refuse nothing: a doubt is shown before anybody is asked, and a person decides.
"""

from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext
from rapidfuzz.distance import OSA

# Domains at which many people have their mail. A domain that is one of these is never doubted.
_USUAL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "ymail.com",
        "hotmail.com",
        "outlook.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "mail.com",
        "email.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "gmx.fr",
        "web.de",
        "t-online.de",
        "freenet.de",
        "arcor.de",
        "posteo.de",
        "mailbox.org",
        "proton.me",
        "protonmail.com",
        "zoho.com",
        "fastmail.com",
        "hey.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "sbcglobal.net",
        "bellsouth.net",
        "cox.net",
        "charter.net",
        "earthlink.net",
        "btinternet.com",
        "virginmedia.com",
        "sky.com",
        "bluewin.ch",
        "yahoo.co.uk",
        "yahoo.de",
        "yahoo.fr",
        "yahoo.es",
        "yahoo.it",
        "yahoo.ca",
        "hotmail.co.uk",
        "hotmail.de",
        "hotmail.fr",
        "hotmail.es",
        "hotmail.it",
        "outlook.de",
        "outlook.fr",
        "outlook.es",
        "outlook.at",
        "live.de",
        "live.fr",
        "live.co.uk",
        "live.nl",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "laposte.net",
        "sfr.fr",
        "neuf.fr",
        "bbox.fr",
        "telefonica.net",
        "terra.es",
        "movistar.es",
        "chello.at",
        "aon.at",
        "hotmail.ch",
    ]
)
# Shorter ones have neighbours that are domains of their own: mail.com beside gmail.com, gmx.de beside gmx.net.
_SHORTEST = len("gmail.com")
# Ends that no domain has, or hardly any that people mean.
_ENDS = {".con": ".com", ".cmo": ".com", ".ocm": ".com", ".comm": ".com", ".coom": ".com", ".vom": ".com"}


def typo_hint(email: str) -> str:
    """Return a question where the domain looks like a typing error for a usual one; empty where it does not."""
    domain = email.rpartition("@")[2].lower()
    meant = _meant(domain)
    if not meant:
        return ""
    return gettext("%(domain)s may be a typing error for %(meant)s.") % {"domain": domain, "meant": meant}


@lru_cache(maxsize=10_000)
def _meant(domain: str) -> str:
    if domain in _USUAL:
        return ""
    for end, right in _ENDS.items():
        if domain.endswith(end):
            return domain.removesuffix(end) + right
    near = (usual for usual in sorted(_USUAL) if len(usual) >= _SHORTEST)
    return next((usual for usual in near if OSA.distance(domain, usual, score_cutoff=1) == 1), "")


def country_hint(phone: str, country: str) -> str:
    """Return a doubt where a number in E.164 is one of another country than `country` (ISO 3166); else empty."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(phone, None)) if phone else None
    if not region or region == country:
        return ""
    return gettext("%(phone)s is a number of another country (%(country)s).") % {"phone": phone, "country": region}
