"""E-mail addresses, links and names at messengers in people's words. Pure. Words come levelled (level.py)."""

import re
from collections.abc import Iterator

from node.domain.codes import rings_true
from node.domain.level import any_of

_TOP = any_of("com org net info edu gov io co uk us ca de fr es tr ir pk bd ht so eu it ch at nl be sa ae eg qa iq")
_AT = any_of("at arobase arroba")
_AT_BRACKETED = any_of("at arobase arroba ad et at_sign @")
_DOT = any_of("dot point punto pwen nokta punkt نقطة دات")
_MAILERS = any_of("gmail yahoo hotmail outlook icloud proton protonmail gmx")
_LABEL = r"[a-z0-9][a-z0-9-]{0,62}"
_LOCAL = r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}"
_SIGN = rf"(?: ?[(\[{{<] ?{_AT_BRACKETED} ?[)\]}}>] ?|@)"
_POINT = rf"(?: ?[(\[{{<] ?(?:{_DOT}|\.) ?[)\]}}>] ?|\.)"
_MAIL = re.compile(
    rf"{_LOCAL}{_SIGN}(?:{_LABEL}{_POINT}){{1,5}}[a-z]{{2,18}}(?![a-z0-9])"  # also: name (at) example (dot) org
    rf"|{_LOCAL} ?@ ?{_LABEL} ?\. ?{_TOP}(?![a-z0-9])"  # name @ example . org
    rf"|{_LOCAL} {_AT} {_LABEL}(?:(?: {_DOT} |\.){_LABEL}){{0,2}} {_DOT} {_TOP}\b"  # name at example dot org
    rf"|{_LOCAL} {_AT} {_MAILERS}\b(?:\.{_TOP}\b)?"
    r"|(?<![\w.+-])[^\W_][\w.+-]{0,63}@[^\W_][\w-]{0,62}(?:\.[\w-]{1,62}){0,3}\.[^\W\d_]{2,18}\b",  # in other scripts
    re.IGNORECASE,
)
_REST = r"[^\s\0<>\"]+"
_LINK = re.compile(
    rf"(?:https?://|\bwww\.(?=\w)){_REST}"
    rf"|(?<![\w.@-])(?:{_LABEL}\.){{1,4}}(?:com|org|net|info)(?![a-z0-9])(?:/{_REST})?"
    rf"|(?<![\w.@-])(?:{_LABEL}\.){{1,4}}[a-z]{{2,6}}/{_REST}",  # t.me/name
    re.IGNORECASE,
)
_OWN_LINK = re.compile(r"/p/(\d{9})(?!\d)")
_ELSEWHERE = any_of(
    "instagram insta facebook fb messenger telegram whatsapp whats_app signal viber snapchat snap tiktok tik_tok"
    " twitter"
    " skype discord wechat threema imo واتساب واتس_اب واٹس_ایپ تليجرام تلغرام تلگرام ٹیلیگرام انستغرام اینستاگرام"
    " فيسبوك"
    " سيجنال হোয়াটসঅ্যাপ টেলিগ্রাম ফেসবুক"
)
_NICK = (
    rf"@?(?!{_ELSEWHERE}\b|{any_of('yes no ok none only please group si oui non evet wi')}\b)[a-z0-9][a-z0-9_.]{{2,30}}"
)
_SPAN_END = r"(?=\s*(?:$|[\n\0,;.)!]|(?:or|and|ou|et|o|y)\b))"
_CALLED = r"(?: (?:id|user|username|name|as|is))?"
_HANDLE = re.compile(
    rf"(?<!\w){_ELSEWHERE}{_CALLED} ?[:=] ?{_NICK}{_SPAN_END}"
    # without a colon only what cannot be a word of its own: amina_82
    rf"|(?<!\w){_ELSEWHERE}{_CALLED} (?=[a-z.]{{0,30}}[0-9_])(?=[0-9_.]{{0,30}}[a-z]){_NICK}\b"
    rf"|(?<![\w.@/])@(?!{any_of('the home work night noon least once all')}\b)[a-z][a-z0-9_.]{{2,30}}(?![\w@/]|-\w)",
    re.IGNORECASE,
)


def mails(words: str) -> Iterator[tuple[int, int]]:
    """Where each e-mail address begins and ends."""
    return (mail.span() for mail in _MAIL.finditer(words))


def links(words: str) -> Iterator[tuple[int, int]]:
    """Where each link begins and ends; those to posts of the board are nobody's."""
    for link in _LINK.finditer(words):
        own = _OWN_LINK.search(link.group())
        if not (own and rings_true(own.group(1))):
            yield link.start(), link.start() + len(link.group().rstrip(".,;:!?)]}'"))


def handles(words: str) -> Iterator[tuple[int, int]]:
    """Where each name at a messenger begins and ends, the messenger's own name with it."""
    return ((nick.start(), nick.start() + len(nick.group().rstrip("."))) for nick in _HANDLE.finditer(words))
