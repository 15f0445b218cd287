"""Letters that look like Latin ones, read as people read them: of other alphabets, and Latin ones in other styles.

Most pairs are those of https://www.unicode.org/reports/tr39/ (confusables) that stand for a whole Latin letter; small
letters of Cyrillic and Greek that look like small capitals, or roughly alike, come from texts as people send them.
"""

_PAIRS = (
    ("АВЕЅІЈКМНОРСТУХавекмнорстухѕіјѵһӏԁԛԝ", "ABESIJKMHOPCTYXabekmhopctyxsijvhldqw"),  # Cyrillic
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεηικνορτυχ", "ABEZHIKMNOPTYXabyenikvoptux"),  # Greek
    ("øđıłƖɑɡ", "odillag"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),  # small capitals
    *(
        ("".join(chr(first + n) for n in range(26)), "abcdefghijklmnopqrstuvwxyz")
        for first in (0x1F130, 0x1F150, 0x1F170)
    ),
)
_LATIN = {other: latin for others, latins in _PAIRS for other, latin in zip(others, latins, strict=True)}
_TABLE = str.maketrans(_LATIN)


def read_as_latin(text: str) -> str:
    """Replace each look-alike by its Latin letter; the text keeps its length."""
    return text.translate(_TABLE)
