"""Street addresses in people's words, in the languages of the neighbours. Pure. Words come levelled (level.py).

Only what leads to a door counts: a street with a number, a house with a number. A street alone, a part of town, "near
the station" do not. Pieces have weights, since "flat 3" says little alone and much behind a street.
"""

import re
from collections.abc import Iterator

from node.domain.level import any_of

STRONG, WEAK, TRAIL = 2, 1, 0
"""Enough alone; enough with another; never enough, but goes along with its neighbours."""

_NOT_A_NAME = any_of(
    "a an the this that my our your his her of on in at to for from by and or with is are we i you me us near off"
    " per no any"
    " every next down up people person persons family families m km kg minute minutes min mins hour hours hr hrs"
    " day days week"
    " weeks mile miles yard yards block blocks month months year years bis ter way dead am pm x de la le du el ki"
    " yo sa ak"
    " nou nan se"
    " que qui barree barrees"
)
_SIGN = r"[\w'-]{0,24}"
_PLAIN = rf"[^\W\d_]{_SIGN}"  # one word of a street's name, however written
_NAME = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|{_PLAIN}\.?)"
_ANY = rf"(?!{_NOT_A_NAME}\b){_NAME} "
_BIG = rf"(?-i:(?!AM |PM )[A-Z]){_SIGN}\.? "  # one with a capital
_DIGITS = r"\d{1,5}(?:[a-z]\b| ?(?:bis|ter)\b)?(?:[-/]\d{1,4}[a-z]?\b)?(?![\d%:]|[.,]\d| ?[-/]\d| ?[x:]\b)"
_N = rf"(?<![\d.,:/#-])(?<!\d ){_DIGITS}"
_NO = r"(?:(?:numero|nimewo|number|num|nr|no|nu|n)\b[.o]{0,2} ?:? ?|#+ ?)"  # "no. ", "N° ", "#"
_GOES_ON = any_of(  # a number before these, or before a stop, is not how many of something
    "and or at on after before from by near between behind opposite please thanks thank flat apt et ou a avant"
    " apres pres merci svp stp y o e antes despues por gracias piso puerta interior edif depto esc"
    " ve veya kat daire ak epi tanpri"
    " und oder um bitte ama iyo fadlan"
    " من في قرب بعد قبل و أو الطابق الدور شقة از در تا یا واحد طبقه میں پر اور نزد এবং ও এর কাছে পাশে এ"
)
_END = rf"""(?=\s*(?:$|[\n\0,;.!?()"»'/]|- |{_GOES_ON}(?!\w)))"""

_EN = rf"{any_of('street str road rd lane avenue ave boulevard blvd terrace highway hwy mews cul-de-sac')}\b\.?"
_EN_BIG = (  # these mean other things too: only with a capital, as in 12 Park Drive
    r"(?-i:Street|STREET|St|ST|Drive|Dr|Court|Ct|Place|Pl|Close|Square|Sq"
    r"|Way|Gardens|Grove|Crescent|Row|Hill|Walk|Park|Parade"
    r"|View|Rise|Green|Quay|Circle|Parkway|Pkwy|Trail|Path|Ridge|Loop|Manor|Mount|Meadows?|Turnpike)\b\.?"
)
_RUE = any_of(
    "rue ruelle riyel impasse impass enpas imp. avenue avni av. boulevard bulva bd allee chemin quai ri ru wout"
    " calle c/ avenida avda avda. paseo plaza carrer camino ronda pasaje cuesta callejon rambla calzada cerrada"
    " privada"
    " prolongacion periferico"
)
_RUE = rf"(?:{_RUE}(?:(?<=[./]) ?| )|(?-i:Av|Place) )"
_OF = rf"(?:{any_of('de du des de_la del de_los de_las la le les el san santa saint sainte dr. jn')} |(?:de )?[dl]')?"
_TR = any_of("cad. cad caddesi cadde sok. sokak sokağı sk. bulvarı blv. mah. mahallesi apt. apartmanı sitesi")
_DE = (
    r"(?:(?-i:[A-Z])[a-z-]{2,30}(?:str\.|str|strasse|gasse|allee|damm|ufer)"
    r"|(?-i:[A-Z])[a-z-]{2,30} (?-i:Strasse|Str\.|Allee|Platz|Weg|Ring|Gasse|Damm)"
    r"|(?-i:[A-Z])(?!(?:ark|piel|itz|tell|chlaf|rbeits|ast)pl)[a-z]{2,30}(?:weg|platz)"
    r"|(?-i:[A-Z])[\w-]{2,40}-(?-i:Strasse|Str\.|Allee|Platz|Weg|Ring|Gasse|Damm))"
)
_AR = any_of("شارع زقاق نهج زنقة طريق جادة حارة خیابان بلوار کوچه سڑک روڈ گلی")
_AR_NO = any_of("رقم نمبر شماره پلاک ساختمان بناية عمارة منزل بيت مبنى دار")
_AR_DOOR = any_of("پلاک مکان_نمبر ہاؤس_نمبر بيت_رقم منزل_رقم عمارة_رقم بناية_رقم دار_رقم")
_AR_FLAT = any_of("شقة واحد فلیٹ عمارة بناية کوچه گلی بلاک")
_BN_HOUSE = any_of("বাড়ি বাড়ী বিল্ডিং অ্যাপার্টমেন্ট বাসা হাউজ হাউস হোল্ডিং ফ্ল্যাট")
_BN_WAY = any_of("রোড সড়ক গলি লেন স্ট্রিট এভিনিউ ব্লক সেকশন সেক্টর")
_BN_NO = any_of("নং নম্বর নাম্বার # :")
_SO = any_of("waddada wadada jidka jid")
_HOUSE = any_of("house plot ghar makan door hse kay casa maison haus guriga guri")
_FLAT = any_of(
    "flat apt apartment appt appartement apartman daire apto apartamento departamento dpto depto piso unit suite"
    " wohnung whg d"
)
_FLOOR = any_of("floor etage kat planta stock og الطابق الدور طبقه منزل তলা")
_QUARTER = any_of(  # where quarters have numbers: "Delmas 33" is one, and no door
    "delma delmas lamentin lamantin lamanten fontamara martissant clercine klesin santo mahotiere mariani sarthe"
    " bizoton diquini"
)

_IN_HAITI = rf"{_QUARTER} ?\d{{1,3}}(?: ?[ab]\b)?"
_STRONG = "|".join(
    (
        rf"{_N},? (?:(?:{_BIG}){{1,3}}(?:{_EN}|{_EN_BIG})|(?:{_ANY}){{1,2}}{_EN})(?! ?(?:people|persons|lamps?)\b)",
        rf"{_N} (?:{_BIG}){{1,3}}(?:apt|suite|unit|flat)\b\.? ?{_DIGITS}",
        # 5 Any Name, Town, MA 02118
        r"(?<![\d.,:/#-])\d{1,5} (?:(?-i:[A-Z])[\w'-]{0,24},? ){2,6}(?-i:[A-Z]{2}) \d{5}\b",
        rf"{_N},? (?:{_ANY}){{1,2}}st\b\.?(?=\s*(?:$|[\n\0,;!?)]))",
        rf"(?:(?:{_BIG}){{1,3}}(?:{_EN}|{_EN_BIG})|{_ANY}{_EN}),? (?:{_NO}{_DIGITS}|{_N}){_END}",
        rf"{_N},? {_RUE}{_OF}(?:(?-i:[A-Z]){_SIGN}(?: (?-i:[A-Z][a-z]){_SIGN}){{0,2}}|(?!{_NOT_A_NAME}\b){_PLAIN})",
        rf"\b{_RUE}{_OF}(?:{_ANY}){{0,3}}(?!{_NOT_A_NAME}\b){_NAME},? ?(?:{_NO}{_DIGITS}|(?<=[ ,]){_N}{_END})",
        rf"(?:{_BIG}){{1,3}}{_TR},? ?(?:{_NO}{_DIGITS}|{_N}{_END})|\b{_NAME} {_TR},? ?{_NO}{_DIGITS}",
        rf"\b{_DE} {_N}{_END}",
        rf"\b{_AR} (?:{_PLAIN} ){{0,3}}{_PLAIN}(?: ?[,-] ?| )(?:{_AR_NO} ?:? ?{_DIGITS}|{_N}{_END})",
        rf"\b{_AR_DOOR} ?:? ?#?{_DIGITS}",
        rf"\b{_HOUSE} ?(?:{_NO}|nr\.? ?|lambarka |lambar |nambar ){_DIGITS}",
        rf"(?<!\w){_BN_HOUSE} ?{_BN_NO} ?{_DIGITS}",
        rf"\b{_SO} (?:{_NAME} ){{0,2}}{_NAME},? (?:lambarka |lambar |no\.? ?)?{_DIGITS}{_END}",
        rf"\b{_IN_HAITI},? {_NO}{_DIGITS}",
        r"\bp\.? ?o\.? box \d{1,6}\b|\bapartado(?: postal)? \d{1,6}\b|\b(?-i:B\.?P\.?) \d{1,6}\b",
        r"(?-i:\b(?!(?:AM|PM|OF|TO)\b)[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b)",  # a British postcode: a few doors
        r"(?<![\d.])-?\d{1,3}\.\d{3,9}°? ?[ns]? ?[,;/ ] ?-?\d{1,3}\.\d{3,9}(?!\d|\.\d)",  # latitude, longitude
    )
)
_WEAK = "|".join(
    (
        rf"\b{_FLAT}\b\.? ?(?:{_NO}|: ?)?{_DIGITS}{_END}",
        rf"\b{_AR_FLAT} ?(?:{_AR_NO} ?)?:? ?{_DIGITS}{_END}",
        rf"(?<!\w)(?:{_BN_HOUSE}|{_BN_WAY}) ?(?:{_BN_NO} ?{_DIGITS}|{_N}){_END}",
        rf"{_N} ?{_BN_NO} ?(?:{_BN_HOUSE}|{_BN_WAY})",
    )
)
_TRAIL = "|".join(
    (
        rf"\b{_IN_HAITI}(?!\w)",
        rf"\b{_AR} (?:{_PLAIN} ){{0,3}}?{_PLAIN}(?= ?[,\n])",
        rf"\b{_NAME} (?:mah\.|mahallesi)|\b{_RUE}{_OF}(?-i:[A-Z]){_SIGN}(?=,)",
        rf"(?<!\w){_NO}{_DIGITS}{_END}",
        rf"\b{_FLOOR} ?:? ?\d{{1,2}}\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th|er|e|eme|o|a|\.)? ?(?:{_FLOOR}|piso|[a-d]\b(?=\s*(?:$|[\n\0,;.])))",
        r"\b\d{4,5} (?-i:[A-Z])[\w'-]{2,24}(?:[ -](?-i:[A-Z])[\w'-]{2,24}){0,2}",  # 75002 Paris
        r"\b(?-i:[A-Z])[\w'-]{2,24},? (?-i:[A-Z]{2} )?\d{5}(?:-\d{4})?\b",  # Boston, MA 02118
    )
)
_PIECE = re.compile(rf"(?P<strong>{_STRONG})|(?P<weak>{_WEAK})|(?P<trail>{_TRAIL})", re.IGNORECASE)
_WEIGHT = {"strong": STRONG, "weak": WEAK, "trail": TRAIL}
_NUMBER = re.compile(r"\d")
_JOINT = re.compile(r"[ \t]{0,2}[,;/-]?[ \t]{0,2}\n?[ \t]{0,2}")


def addresses(words: str) -> Iterator[tuple[int, int]]:
    """Where each address begins and ends. Pieces that touch, "flat 3, 12 Mill Lane, 2nd floor", are one."""
    if not _NUMBER.search(words):
        return
    start, end, weight = 0, -1, 0
    for piece in _PIECE.finditer(words):
        if end < 0 or not _JOINT.fullmatch(words, end, piece.start()):
            if weight >= STRONG:
                yield start, end
            start, weight = piece.start(), 0
        weight += _WEIGHT[str(piece.lastgroup)]
        end = start + len(words[start : piece.end()].rstrip(". "))
    if weight >= STRONG:
        yield start, end
