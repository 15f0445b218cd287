"""Names as lists write them, taken apart into what a message greets with and the rest."""

import re

# What stands before a name, and after one behind a comma; in small letters, without dots. No message greets with it.
_TITLES = {
    *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "madam", "rev"),
    *("herr", "frau", "hr", "fr", "familie", "dipl-ing", "med", "hc"),
    *("señor", "señora", "señorita", "sr", "sra", "srta", "doña", "dra"),
    *("monsieur", "madame", "mademoiselle", "mme", "mlle", "maître"),
}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "dds", "dmd", "esq", "cpa", "rn", "mba", "msc", "bsc", "ma"}
_AND = {"and", "&", "und", "y", "et"}
# Last words that only a company's name has; the short ones in capitals, since people are called "Sa" and "Ag".
_COMPANY = re.compile(
    r"(?<!\w)((?i:inc|llc|llp|ltd|limited|corp|corporation|company|partners|gmbh|mbh|ohg|gbr|sarl)"
    r"|AG|KG|UG|SAS?|S\.A|SL|S\.L|BV|B\.V|& Co|and Co)\.?$"
)


def split_name(text: str) -> dict[str, str]:
    """Take a whole name apart into first_name and last_name; a company's is returned as company_name.

    A comma turns the order round, as lists are sorted by: "Smith, Jane"; behind a company's name stands the person
    there: "Acme Inc., Jane Smith". Titles are left out, and so are suffixes
    behind a comma ("Jane Smith, Jr."). One word alone is a first name, behind a title a last name; a title alone is no
    name. Of a couple both are greeted: "Jane & Bob Smith".
    """
    name = " ".join(text.split()).strip(" ,;")
    if _COMPANY.search(name):
        return {"company_name": name}
    parts = [part.strip() for part in name.split(",")]
    parts = [part for part in parts if part and not all(_plain(word) in _SUFFIXES for word in part.split())]
    if not parts:
        return {}
    if len(parts) > 1 and _COMPANY.search(parts[0]):
        return {"company_name": parts[0]} | split_name(", ".join(parts[1:]))
    if len(parts) > 1:
        last, first = parts[0], " ".join(parts[1:])
        return {"first_name": without_titles(first), "last_name": _untitled(last)}
    untitled = _untitled(parts[0])
    if not without_titles(untitled):
        return {"first_name": "", "last_name": ""}
    if untitled != parts[0] and " " not in untitled:
        return {"first_name": "", "last_name": untitled}
    words = untitled.split(" ")
    count = 3 if len(words) > 3 and words[1] in _AND else 1
    return {"first_name": " ".join(words[:count]), "last_name": " ".join(words[count:])}


def without_titles(name: str) -> str:
    """Return a name without the titles at its start: "Dr. Jane" is greeted as Jane, "Mrs" as nobody."""
    untitled = _untitled(" ".join(name.split()))
    return "" if _plain(untitled) in _TITLES else untitled


def _untitled(name: str) -> str:
    """Return the name without the titles at its start ("Mr. and Mrs. Smith"), unless there is nothing else."""
    words = name.split()
    while len(words) > 1 and _plain(words[0]) in _TITLES:
        words = words[2:] if len(words) > 2 and words[1] in _AND and _plain(words[2]) in _TITLES else words[1:]
    return " ".join(words)


def _plain(word: str) -> str:
    return word.replace(".", "").casefold()
