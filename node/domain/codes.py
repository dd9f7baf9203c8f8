"""The public digits of a post: 9 for people, and a tail in base32 that makes a link unambiguous. Pure.

The same check digit guards tickets (16) and pairing codes (6): digits can be said, typed, written in any script.
"""

import base64
import re
import struct
import unicodedata
from collections.abc import Sequence

CODE_LENGTH = 9
TICKET_LENGTH = 16
TAIL_LENGTH = 16

# The Damm table: notices every single wrong digit and every swap of neighbours. Written here a second time (sync/digits
# has it too) because the domain imports nothing; a test compares the two.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_BETWEEN = " -‐‑‒–—.\u00a0\u202f\u2009\t\n\r"


def check_digit(digits: str) -> str:
    """The Damm digit of these; "0" exactly when their last one is already their check digit."""
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def rings_true(digits: str) -> bool:
    """True if the last digit is the check digit of those before it."""
    return bool(digits) and check_digit(digits) == "0"


def number_of(post_id: bytes) -> int:
    """The code without its check digit, below 10^8. From the end of the id: the tail takes its beginning."""
    return int.from_bytes(post_id[-8:], "big") % 100_000_000


def numbers_of(post_ids: Sequence[bytes]) -> list[int]:
    """number_of() many."""
    lasts = struct.unpack(f">{len(post_ids)}Q", b"".join([id_[-8:] for id_ in post_ids]))
    return [last % 100_000_000 for last in lasts]


def code_of(post_id: bytes) -> str:
    """Nine digits, "481207393". Two posts may share one (rare); a page then offers both."""
    digits = f"{number_of(post_id):08d}"
    return digits + check_digit(digits)


def shown(code: str) -> str:
    """As people see it: "481-207-393"."""
    return f"{code[:3]}-{code[3:6]}-{code[6:]}"


def tail(post_id: bytes) -> str:
    """16 base32 characters: the first 80 bits of the id."""
    return base64.b32encode(post_id[:10]).decode()


def link_of(post_id: bytes) -> str:
    """What a QR carries behind /p/: code and tail."""
    return f"{code_of(post_id)}-{tail(post_id)}"


def read_digits(text: str) -> str:
    """ASCII digits of what somebody typed in any script, spaces and hyphens passed over.
    "" if anything else is in it."""
    digits = []
    for char in text:
        value = unicodedata.decimal(char, None)
        if value is not None:
            digits.append(str(value))
        elif char not in _BETWEEN and unicodedata.category(char) != "Cf":
            return ""
    return "".join(digits)


_GROUPED = re.compile(rf"\d+(?:[{re.escape(_BETWEEN)}]{{1,3}}\d+)*")
_DIGIT, _DIGITS = re.compile(r"\d"), re.compile(r"\d+")
_DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]?\d[.-][01]?\d[.-](?:19|20)\d\d")


def tickets_in(text: str) -> list[str]:
    """Tickets that stand in somebody's words, as ASCII digits: sixteen that ring true, however they are grouped and in
    whatever script."""
    if len(_DIGIT.findall(text)) < TICKET_LENGTH:
        return []
    return [ticket for groups in _rows(text) for ticket in _sixteen(groups)]


def like_a_ticket(text: str) -> bool:
    """Whether a ticket stands in what somebody typed, also one with digits wrong, one left out or one too many."""
    if len(_DIGIT.findall(text)) < TICKET_LENGTH - 1:
        return False
    return any(_sixteen(groups) or abs(len("".join(groups)) - TICKET_LENGTH) <= 1 for groups in _rows(text))


def _rows(text: str) -> list[list[str]]:
    """Digits in a row, in their groups. Days are no part of one: two of them have sixteen digits as well."""
    plain = "".join(char for char in text if unicodedata.category(char) != "Cf")
    rows = _GROUPED.findall(_DATE.sub(lambda day: "/" * len(day.group()), plain))
    return [[read_digits(group) for group in _DIGITS.findall(row)] for row in rows]


def _sixteen(groups: list[str]) -> list[str]:
    """Neighbouring groups that make up a ticket."""
    made = []
    for start in range(len(groups)):
        digits, at = "", start
        while at < len(groups) and len(digits) < TICKET_LENGTH:
            digits, at = digits + groups[at], at + 1
        if len(digits) == TICKET_LENGTH and rings_true(digits):
            made.append(digits)
    return made


def read_link(text: str) -> tuple[str, bytes]:
    """(code, first 80 bits of the id) of "481207393-TAIL"; the second is b"" where there is no tail.
    ("", b"") when it is neither code nor link. What is left of a tail that somebody cut short or mistyped says nothing:
    the code alone does."""
    head, _, last = text.strip().rpartition("-")
    if not head or last.isdecimal() or not last.isalnum():
        return read_digits(text), b""
    try:
        return read_digits(head), base64.b32decode(last.upper()) if len(last) == TAIL_LENGTH else b""
    except ValueError:
        return read_digits(head), b""


def near(code: str) -> list[str]:
    """Codes with a right check digit that somebody may have meant: one digit wrong, two neighbours swapped, one left
    out or one too many."""
    if len(code) == CODE_LENGTH:
        tries = _one_wrong(code) | _swapped(code)
    elif len(code) == CODE_LENGTH - 1:
        tries = {code[:at] + digit + code[at:] for at in range(CODE_LENGTH) for digit in "0123456789"}
    elif len(code) == CODE_LENGTH + 1:
        tries = {code[:at] + code[at + 1 :] for at in range(CODE_LENGTH + 1)}
    else:
        tries = set()
    return sorted(one for one in tries if one != code and rings_true(one))


def _one_wrong(code: str) -> set[str]:
    return {code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in "0123456789"}


def _swapped(code: str) -> set[str]:
    return {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)}


def read_id(word: str) -> bytes:
    """The bytes of an id or key on the wire; its shape was checked when it was read."""
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)) if word else b""


def write_id(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
