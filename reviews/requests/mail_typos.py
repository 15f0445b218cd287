"""Slips in the domains of e-mail addresses: the address that was probably meant, as a question and never a refusal."""

# Names of the providers that most customers' addresses belong to, each with the endings that it has.
_PROVIDERS = {
    "gmail": ("com",),
    "googlemail": ("com",),
    "yahoo": ("com", "co.uk", "fr", "de", "es", "it", "ca", "com.au", "com.br", "com.mx", "co.in", "co.jp", "in"),
    "ymail": ("com",),
    "hotmail": ("com", "co.uk", "fr", "de", "es", "it", "ca", "be", "nl", "ch"),
    "outlook": ("com", "fr", "de", "es", "it", "at", "be", "com.au", "com.br"),
    "live": ("com", "co.uk", "fr", "de", "it", "nl", "be", "ca", "com.au"),
    "msn": ("com",),
    "icloud": ("com",),
    "me": ("com",),
    "mac": ("com",),
    "aol": ("com", "co.uk", "de", "fr"),
    "protonmail": ("com", "ch"),
    "proton": ("me",),
    "comcast": ("net",),
    "verizon": ("net",),
    "sbcglobal": ("net",),
    "bellsouth": ("net",),
    "btinternet": ("com",),
    "gmx": ("de", "net", "at", "ch", "com", "fr"),
    "web": ("de",),
    "freenet": ("de",),
    "t-online": ("de",),
    "orange": ("fr",),
    "wanadoo": ("fr",),
    "laposte": ("net",),
    "mail": ("com", "ru"),
    "email": ("com", "de"),
    "fastmail": ("com",),
    "zoho": ("com",),
}
KNOWN = {f"{name}.{ending}" for name, endings in _PROVIDERS.items() for ending in endings}
# Slips of the ending alone. `co` and `cm` are countries: they count as slips only behind a provider that is not there.
_ENDINGS = {
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "xom", "coom", "cim", "cpm", "om", "co", "cm", "como"), "com"),
    **dict.fromkeys(("ner", "nte", "ent", "nett", "met"), "net"),
    **dict.fromkeys(("ed", "dee", "d"), "de"),
    **dict.fromkeys(("co.k", "co.ik", "couk", "co.uj", "co.uk.com"), "co.uk"),
}
SHORTEST = 5  # letters of a name in which one is taken for a slip: of shorter ones, each neighbour is somebody's own


def meant_instead(email: str) -> str:
    """Return the address that was probably meant; empty where the one that stands there may well be right.

    `email`: in its stored form.
    """
    local, at, domain = email.rpartition("@")
    better = _better(domain) if at else ""
    return f"{local}@{better}" if better else ""


def _better(domain: str) -> str:
    if domain in KNOWN:
        return ""
    name, dot, ending = domain.partition(".")
    if not dot:
        return ""
    endings = [ending, *([_ENDINGS[ending]] if ending in _ENDINGS else [])]
    same_name = (f"{name}.{other}" for other in endings)
    found = next((other for other in same_name if other in KNOWN), "")
    if found or name in _PROVIDERS:
        return found
    return next((f"{other}.{last}" for last in endings for other in _near(name) if f"{other}.{last}" in KNOWN), "")


def _near(name: str) -> list[str]:
    """Return the providers whose name is one slip away, in the order of the table."""
    return [other for other in _PROVIDERS if len(other) >= SHORTEST and _is_one_slip(name, other)]


def _is_one_slip(typed: str, meant: str) -> bool:
    """Tell whether one letter is missing, too many or another one, or two neighbours changed places."""
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    left, right = typed[start:], meant[start:]
    if not left and not right:
        return False
    is_other, is_swapped = left[1:] == right[1:], left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) > 1
    return is_other or is_swapped or left[1:] == right or left == right[1:]
