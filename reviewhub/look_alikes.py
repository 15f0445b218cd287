"""Letters of other alphabets that look like Latin ones, read as people read them.

The pairs are the letters of https://www.unicode.org/reports/tr39/ (confusables) that stand for a whole Latin letter.
"""

_PAIRS = (
    ("АВЕЅІЈКМНОРСТУХаеѕіјкорсухԁһӏνѵԛԝ", "ABESIJKMHOPCTYXaesijkopcyxdhlvvqw"),  # Cyrillic, and a Greek v
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικορτυχγε", "ABEZHIKMNOPTYXaikoptuxye"),  # Greek
    ("ɡıɑᴏƖ", "giaol"),  # Latin itself, in other styles
)
_LATIN = {other: latin for others, latins in _PAIRS for other, latin in zip(others, latins, strict=True)}
_TABLE = str.maketrans(_LATIN)


def read_as_latin(text: str) -> str:
    """Replace each look-alike by its Latin letter; the text keeps its length."""
    return text.translate(_TABLE)
