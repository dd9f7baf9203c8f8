"""Telephone numbers in people's words. Pure. Words come levelled (node/domain/level.py), so digits are ASCII here.

Seven digits or more that are no date, time, price, amount or code of a post. What stands behind a word such as "call"
is taken for a number sooner than what stands alone.
"""

import re
from collections.abc import Iterator

from node.domain.codes import rings_true
from node.domain.level import any_of

SHORTEST, LONGEST = 7, 17
_RUN = re.compile(r"(?<![a-z\d_.,:#])(?<!\d[-/])(?<!/p/)\(?\+?\d(?:(?:\.(?! )|[-/() ·]){0,3}\d)*", re.IGNORECASE)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_MONTH2, _DAY2 = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"  # as in 20260531
_OTHERS = re.compile(
    rf"(?<![\d./-])(?:\d{{4}}([-./]){_MONTH}\1{_DAY}|(?:{_DAY}([-./]){_MONTH}|{_MONTH}([-./]){_DAY})[-./](?:1[89]|20|1[34])?\d\d"
    rf"|(?:19|20)\d\d{_MONTH2}{_DAY2}|0[.]\d+|{_DAY}/{_MONTH}|(?:[01]?\d|2[0-4])[.:h][0-5]\d|\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?![\d]|[-./]\d)"
)
_CALLED = any_of(  # words that lead to a number
    "tel tels telephone phone phones ph call ring text sms mob mobile cell cellphone whatsapp whats_app viber imo"
    " signal telegram"
    " contact fax hotline telefono telefon telefonum tlf movil celular llama llamar llamame llamen cep gsm ara"
    " arayın appelez"
    " appeler appelle portable rele telefonn handy taleefan taleefanka telefoon taleefoon lambar lambarka wac soo_wac"
    " هاتف الهاتف هاتفي تلفون تليفون جوال جوالي موبايل موبایل واتس واتساب اتصل اتصلوا للاتصال تلفن تماس همراه فون"
    " رابطہ کال"
    " ফোন মোবাইল কল যোগাযোগ হোয়াটসঅ্যাপ"
)
_LABEL = re.compile(rf"(?<!\w){_CALLED}(?!\w)[^\d\n]{{0,16}}$", re.IGNORECASE)
_MONEY = any_of("$ € £ ₺ ৳ ₹ ¥ ﷼ ₨")
_NUMBERED = any_of(
    "rs rs. usd eur htg gde gdes tl tk inr pkr isbn code kod codigo ref reference ticket order invoice iban account"
    " acct كود رمز کد কোড"
)
_BEFORE = re.compile(rf"(?:{_MONEY}|(?<!\w){_NUMBERED})[^\d\n\w]{{0,4}}$", re.IGNORECASE)
_COUNTED = any_of(
    "ml cl l kg g mg km m cm mm lb lbs litre litres liter liters people persons personas personnes moun dollar"
    " dollars euro euros"
    " gourde gourdes goud gde gdes peso pesos lira liras tl taka tk rs rupee rupees usd eur htg million kwh"
    " ريال تومان دينار درهم ليرة روپے روپیہ گورد টাকা شخص نفر افراد জন"
)
_AFTER = re.compile(rf" ?(?:{_MONEY}|%|{_COUNTED}(?!\w))", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([ .])\d{3})(?:\1\d{3})*")
_CODE = re.compile(r"\d{3}-\d{3}-\d{3}")
_AHEAD = re.compile(r"[1-9]\d? +(?=[+0(]|\d{7,})")  # "3 0771234567": three of something, then the number
_BEHIND = re.compile(r"(?<=\d{7}) \d{1,2}$")


def numbers(words: str) -> Iterator[tuple[int, int]]:
    """Where each telephone number begins and ends."""
    bare = _OTHERS.sub(lambda other: "\0" * len(other.group()), words)
    for run in _RUN.finditer(bare):
        start, end = _trimmed(bare, run.start(), run.end())
        if _is_phone(bare[start:end], bare[max(0, start - 40) : start], bare[end : end + 12]):
            yield start, end


def _trimmed(words: str, start: int, end: int) -> tuple[int, int]:
    """Without a count of something else before or behind it."""
    ahead = _AHEAD.match(words, start, end)
    start = ahead.end() if ahead else start
    behind = _BEHIND.search(words, max(start, end - 10), end)
    end = behind.start() if behind else end
    return start + (words[start] == "(" and ")" not in words[start:end]), end


def _is_phone(run: str, before: str, after: str) -> bool:
    groups = re.findall(r"\d+", run)
    digits = "".join(groups)
    if len(digits) < SHORTEST or _BEFORE.search(before) or (len(groups) == 1 and len(digits) > LONGEST):
        return False
    if _LABEL.search(before) or "+" in run or (digits.startswith("00") and digits.strip("0")):
        return True
    return not (_AFTER.match(after) or _is_code(run, digits) or _is_amount(run, digits, groups) or _is_list(groups))


def _is_code(run: str, digits: str) -> bool:
    """Of a post, a ticket or a book."""
    post = bool(_CODE.fullmatch(run)) or len(digits) == 16
    return (post and rings_true(digits)) or (len(digits) == 13 and digits.startswith(("978", "979")))


def _is_amount(run: str, digits: str, groups: list[str]) -> bool:
    """1250000, 1.250.000, 10 000 000. Of full groups only those that end in zeros: 612 345 678 is a telephone."""
    if digits.startswith("0"):
        return not digits.strip("0")
    if _THOUSANDS.fullmatch(run):
        return len(groups[0]) < 3 or groups[-1] == "000"
    return len(groups) == 1 and digits.endswith("000")


def _is_list(groups: list[str]) -> bool:
    """Years, pages and round numbers from and to, ages, sizes, hours: numbers of their own, not parts of one."""
    if len(groups) == 1:
        return False
    values = [int(group) for group in groups]
    years = [len(group) == 4 and 1900 <= int(group) < 2100 for group in groups]
    if all(years) or all(value % 100 == 0 for value in values):
        return True
    if len(values) == 2 and (any(years) or 0 < values[1] - values[0] < 100):
        return True
    rising = values == sorted(values)
    return max(map(len, groups)) <= 2 and not groups[0].startswith("0") and (rising or min(map(len, groups)) == 1)
