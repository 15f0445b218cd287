"""Making of the back-office's icon font: the theme's font has 3,880 glyphs, ours those of the icons in use.

`manage.py icons` writes it after a new name came into use: only developers install fonttools.
"""

import ast
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import unfold
from django.conf import settings
from fontTools import subset
from fontTools.ttLib import TTFont

FONT = Path(settings.BASE_DIR, "static/backoffice/icons.woff2")
_THEME = Path(unfold.__file__).parent
_WHOLE_FONT = _THEME / "static/unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2"
_STYLES = _THEME / "static/unfold/css/styles.css"
_OUR_TEMPLATES = Path(settings.BASE_DIR, "templates")
# Modules that name icons in tables, where no keyword `icon` stands beside the name.
_TABLES = ("reviews/admin/menu.py",)
# Pages and parts of the theme that are not served here.
_NOT_SERVED = {"admin/app_index.html", "admin/app_list.html", "admin/login.html", "admin/nav_sidebar.html"}

_ICON = re.compile(r"<(span|i|div|button)\b[^>]*material-symbols-outlined[^>]*>(.*?)</\1>", re.DOTALL)
_CONDITION = re.compile(r"{%.*?%}|<[^>]*>|{{[^}|]*", re.DOTALL)  # a default stays: {{ name|default:"help" }}
_IN_SCRIPT = re.compile(r"""material-symbols-outlined[^>]*x-text="([^"]*)\"""")
_ATTRIBUTE = re.compile(r"""\bicon=["']([a-z0-9_]+)["']""")
_IN_STYLES = re.compile(r'([^{}]+){[^{}]*content: ?"([^"]+)"')
_OTHERS = "jsoneditor"  # a library that the theme has styles for, and that is not here
_TEMPLATE = re.compile(r"""["']([\w/-]+\.html)["']""")
_WORD = re.compile(r"[a-z0-9_]{2,}")


def icons_of(font: Path) -> set[str]:
    """Return the names that a font draws as one sign."""
    with TTFont(font) as fonts:
        return set(_ligatures(fonts))


def icons_in_use() -> set[str]:
    """Return the names of icons in our templates and modules, and in the theme's templates and styles."""
    words = {word for text in _texts() for word in _WORD.findall(text)}
    return words & icons_of(_WHOLE_FONT)


def write_font(names: Iterable[str]) -> None:
    """Write the font of the icons of these names, with the letters that the names are spelled with."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of each table
    wanted = set(names)
    with TTFont(_WHOLE_FONT, recalcTimestamp=False) as font:
        signs, letters = _ligatures(font), font.getBestCmap()
        for table, first, name, ligature in list(_spelled(font)):
            if name not in wanted:  # which may be another name of an icon in use
                table.ligatures[first].remove(ligature)
        options = subset.Options(flavor="woff2", layout_closure=False, layout_features=["rlig"], hinting=False)
        options.drop_tables += ["FFTM"]
        subsetter = subset.Subsetter(options)
        subsetter.populate(
            glyphs=[signs[name] for name in wanted] + [letters[ord(letter)] for letter in set("".join(wanted))]
        )
        subsetter.subset(font)
        subset.save_font(font, str(FONT), options)


# --- Names ------------------------------------------------------------------------------------------


def _texts() -> Iterator[str]:
    for path in _templates():
        source = path.read_text(encoding="utf-8")
        yield from (_CONDITION.sub(" ", match[2]) for match in _ICON.finditer(source))
        yield from _IN_SCRIPT.findall(source)
        yield from _ATTRIBUTE.findall(source)
    for style in (_STYLES, *Path(settings.BASE_DIR, "static").rglob("*.css")):
        rules = _IN_STYLES.findall(style.read_text(encoding="utf-8").replace("\\", ""))
        yield from (content for selector, content in rules if _OTHERS not in selector)
    yield str(settings.UNFOLD["SITE_SYMBOL"])
    for app in ("reviewhub", "oauth", "reviews"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            if "tests" not in path.parts:
                yield from _names_in(path)


def _templates() -> Iterator[Path]:
    """The templates that pages are made of: ours, the theme's pages, and what these and its modules name."""
    ours, theme = sorted(_OUR_TEMPLATES.rglob("*.html")), _THEME / "templates"
    modules = [path for path in _THEME.rglob("*.py") if "contrib" not in path.parts]
    read = {str(path.relative_to(_OUR_TEMPLATES)) for path in ours} | _NOT_SERVED
    pages = [path for path in sorted((theme / "admin").rglob("*.html")) if str(path.relative_to(theme)) not in read]
    read |= {str(path.relative_to(theme)) for path in pages}
    unread = [*ours, *modules, *pages]
    while unread:
        path = unread.pop()
        if path.suffix == ".html":
            yield path
        for name in _TEMPLATE.findall(path.read_text(encoding="utf-8")):
            if name not in read and (theme / name).exists():
                read.add(name)
                unread.append(theme / name)


def _names_in(path: Path) -> Iterator[str]:
    """The strings of a module that may be names of icons."""
    is_table = str(path.relative_to(settings.BASE_DIR)) in _TABLES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "icon":
            yield from _strings(node.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "icon":
                    yield from _strings(value)
        elif is_table and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[0].isupper():
            yield from (text for argument in node.args for text in _strings(argument))


def _strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _WORD.fullmatch(part.value):
            yield part.value


def _ligatures(font: Any) -> dict[str, str]:
    """Return the glyph of each name that the font draws as one sign."""
    return {name: ligature.LigGlyph for _, _, name, ligature in _spelled(font)}


def _spelled(font: Any) -> Iterator[tuple[Any, str, str, Any]]:
    """The font's ligatures: the table, the first letter's glyph, the whole name, and the ligature."""
    written = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in table.ligatures.items():
                for ligature in ligatures:
                    yield (
                        table,
                        first,
                        "".join(written.get(glyph, "?") for glyph in (first, *ligature.Component)),
                        ligature,
                    )
