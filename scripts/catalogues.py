"""Bring the gettext catalogues up to date with the pages: new strings in, unused ones out, translations kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from node.domain.refusals import SENTENCES

HOME = Path(__file__).resolve().parents[1]
FOLDER = HOME / "node" / "locale"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
# fixed, so that a catalogue only changes when its words do
HEADER = {
    "project": "Corkboard",
    "version": "1",
    "copyright_holder": "Corkboard",
    "charset": "utf-8",
    "fuzzy": False,
}
# Babel numbers the last two Arabic forms the other way round than every gettext tool does; in Farsi and Bengali
# it does not know that nought counts like one, in Turkish that "this" and "these" differ.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "bn": "nplurals=2; plural=(n > 1);",
    "fa": "nplurals=2; plural=(n > 1);",
    "tr": "nplurals=2; plural=(n != 1);",
}

NOISE = ('"POT-', '"PO-', '"Generated', '"Report', '"Last-T', '"Language-T')


def used() -> Catalog:
    """Every string that the pages and the web's code say, with where."""
    found = Catalog(**HEADER)  # type: ignore[arg-type]
    for room in ("node/web", "kiosk_templates"):
        options = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}}
        for file, _line, text, comments, context in extract_from_dir(
            HOME / room, METHODS, options, keywords=KEYWORDS, comment_tags=("translators:",)
        ):
            found.add(text, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    for sentence in SENTENCES.values():
        found.add(sentence, None, [("node/domain/refusals.py", 0)])
    return found


def tags() -> list[str]:
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def path_of(tag: str) -> Path:
    return FOLDER / tag / "LC_MESSAGES" / "messages.po"


def new(tag: str) -> Catalog:
    fresh = Catalog(locale=tag, header_comment=f"# Corkboard on screen: {tag}", **HEADER)  # type: ignore[arg-type]
    if tag in PLURALS:
        fresh.mime_headers = [("Plural-Forms", PLURALS[tag])]
    return fresh


def read(tag: str) -> Catalog:
    """A language's catalogue; empty where it is new."""
    path = path_of(tag)
    if not path.exists():
        return new(tag)
    with path.open("rb") as file:
        return read_po(file, locale=tag)


def update(tag: str) -> Catalog:
    """The strings in use, each with the translation held. English says what its keys say."""
    held, fresh = read(tag), new(tag)
    for message in used():
        if message.id:
            known = held.get(_key(message), message.context)
            fresh.add(
                message.id,
                _english(message) if tag == "en" else known.string if known else None,
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return fresh


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _english(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _filled(message: Message) -> bool:
    return bool(message.string) if isinstance(message.string, str) else all(message.string or ())


def as_text(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=110, omit_header=False, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(NOISE)).encode()


def main() -> None:
    for tag in tags():
        path_of(tag).parent.mkdir(parents=True, exist_ok=True)
        path_of(tag).write_bytes(as_text(update(tag)))
        empty = [message.id for message in read(tag) if message.id and not _filled(message)]
        print(f"{tag}: {len(read(tag))} strings, {len(empty)} still to translate")


if __name__ == "__main__":
    main()
