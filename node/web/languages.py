"""The words on screen, in every language that has a catalogue. Knows gettext and Babel, never posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlencode

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Request, Response, g, make_response, redirect, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from node.domain.text import direction
from node.web.places import KIOSK

FOLDER = Path(__file__).parent.parent / "locale"
FOREVER = 90 * 24 * 3600  # seconds that a phone remembers its language
# Babel has no numbers and dates for these; the nearest language that readers of it also read.
STAND_IN = {"ht": "fr"}
CHOICES = {"text": ("large", "usual"), "contrast": ("high", "usual")}


@dataclass(frozen=True)
class Language:
    """tag: BCP 47. name: its own name. begin: "Touch to begin" in it. locale: for numbers and dates."""

    tag: str
    name: str
    begin: str
    dir: str
    locale: Locale
    words: Translations


def read_catalogue(tag: str, folder: Path = FOLDER) -> Catalog:
    with (folder / tag / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=None)


def read_languages(wanted: Sequence[str], folder: Path = FOLDER) -> dict[str, Language]:
    """Every wanted language that has a catalogue, in that order. English is always there."""
    tags = [tag for tag in wanted if (folder / tag).is_dir()] or ["en"]
    return {tag: _language(tag, folder) for tag in tags}


@cache
def _language(tag: str, folder: Path) -> Language:
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(tag, folder))
    compiled.seek(0)
    words = Translations(compiled)
    name = str(words.pgettext("the language's own name", "English"))
    return Language(tag, name, words.gettext("Touch to begin"), direction(tag), _locale(tag), words)


def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag)
    except UnknownLocaleError:
        return Locale.parse(STAND_IN.get(tag, "en"))


def chosen(visit: Request, languages: Mapping[str, Language]) -> Language:
    """What this person picked, else what their phone asks for, else the first language of the space."""
    picked = visit.cookies.get("lang", "")
    if picked not in languages and not visit.path.startswith(KIOSK):
        picked = _asked_for(visit.headers.get("Accept-Language", ""), tuple(languages))
    return languages.get(picked) or next(iter(languages.values()))


@lru_cache(maxsize=256)  # a phone says the same each time
def _asked_for(header: str, tags: tuple[str, ...]) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(tags) or ""


def install(app: Flask, languages: Mapping[str, Language]) -> None:
    """Give every request its language and looks, and every template its words."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        _, ngettext, newstyle=True, pgettext=pgettext
    )

    @app.before_request
    def choose() -> None:
        g.languages = languages
        g.language = chosen(request, languages)
        g.large = request.cookies.get("text") == "large"
        g.contrast = request.cookies.get("contrast") == "high"


def install_switches(app: Flask) -> None:
    """After the guard: the switches set cookies."""

    @app.before_request
    def switch() -> Response | None:
        return take_choice(request.args) if request.method == "GET" else None


def take_choice(given: Mapping[str, str]) -> Response | None:
    """The switches are plain links (?lang=ar): remember, and show the same page without them. None if none."""
    choices = choices_in(given)
    if not choices or request.endpoint == "kiosk.begin":
        return None
    rest = [(key, value) for key, value in request.args.items(multi=True) if key not in choices]
    return remember(_here(rest), choices)


def choices_in(given: Mapping[str, str]) -> dict[str, str]:
    found = {key: given[key] for key, allowed in CHOICES.items() if given.get(key) in allowed}
    return found | ({"lang": given["lang"]} if given.get("lang") in g.languages else {})


def remember(to: str, choices: Mapping[str, str]) -> Response:
    """303 to a page, with the choices in cookies: until Leave at the kiosk, for 90 days on a phone."""
    return _kept(redirect(to, 303), choices)  # type: ignore[arg-type]


def at_once(choices: Mapping[str, str], page: Callable[[], tuple[str, int]]) -> Response:
    """The same page as it was just chosen, without a redirect: so what was typed is kept nowhere on the way."""
    g.language = g.languages.get(choices.get("lang"), g.language)
    g.large = choices.get("text", "large" if g.large else "") == "large"
    g.contrast = choices.get("contrast", "high" if g.contrast else "") == "high"
    return _kept(make_response(page()), choices)


def _kept(answer: Response, choices: Mapping[str, str]) -> Response:
    lasts = None if request.path.startswith(KIOSK) else FOREVER
    for key, value in choices.items():
        answer.set_cookie(key, value, max_age=lasts, httponly=True, samesite="Strict")
    return answer


def _here(pairs: list[tuple[str, str]]) -> str:
    return quote(request.path) + (f"?{urlencode(pairs)}" if pairs else "")


def _(text: str) -> str:
    language: Language = g.language
    return language.words.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    language: Language = g.language
    return language.words.ngettext(one, many, number)


def pgettext(context: str, text: str) -> str:
    language: Language = g.language
    return str(language.words.pgettext(context, text))


def N_(text: str) -> str:
    """Mark a string for the catalogues where it is only translated later."""
    return text
