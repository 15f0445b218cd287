"""The way out of texts whose sender cannot receive replies: a link in place of "Reply STOP" (docs/rules.md T2)."""

import re

_STOP = re.compile(r"\W*STOP\W*")


def takes_replies(sender: str) -> bool:
    """Tell whether customers can reply to the sender of a text: to a number or a messaging service, not to a name."""
    return not any(letter.isalpha() for letter in sender)


def replace_stop(text: str, *, way_out: str, is_needed: bool) -> str:
    """Put `way_out`, words with a link, in place of each sentence that tells the customer to reply STOP.

    Where there is none, add it if it `is_needed`.
    """
    words, kept = text.split(" "), list[str]()
    while words:
        word = words.pop(0)
        if not _STOP.fullmatch(word):
            kept.append(word)
            continue
        while kept and not _ends_sentence(kept[-1]):
            kept.pop()
        while words and not _ends_sentence(word) and "://" not in words[0]:
            word = words.pop(0)
        if way_out not in kept:
            kept.append(way_out)
    if is_needed and way_out not in kept:
        kept.append(way_out)
    return " ".join(kept)


def _ends_sentence(word: str) -> bool:
    return word.endswith((".", "!", "?", ":", ";")) or "://" in word
