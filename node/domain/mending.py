"""Words with pieces taken out, mended where these stood: "call me at", a lonely colon, empty brackets go too. Pure.

Touches nothing away from the gaps: what somebody typed elsewhere stays as it is.
"""

import re
from collections.abc import Sequence

from node.domain.level import any_of, levelled

_ASKS = any_of(  # what asks to be called or found, and makes no sense without the number
    "call phone ring text sms write message msg email e-mail mail tel telephone mobile mob cell contact reach"
    " whatsapp"
    " telegram signal number address live phone_number"
    " appelez appelez-moi appeler appelle telephone portable ecrivez ecrire contactez contacter contact adresse"
    " habite j'habite"
    " llama llamar llamame llamad llamenme telefono movil celular escribe escribeme escribir contacto correo"
    " direccion vivo"
    " rele telefon nimewo ekri kontakte adres rete ara arayin cep e-posta eposta adresim adresimiz yazin numaram"
    " wac soo_wac taleefan taleefanka lambar lambarka lambarkayga iimeyl cinwaan cinwaanka"
    " ruf ruft rufen anrufen handy schreib schreibt schreiben kontakt wohne"
    " اتصل اتصلوا اتصلي للاتصال هاتف الهاتف هاتفي تلفون تليفون جوال جوالي رقم رقمي رقمنا واتساب راسلني راسلوني اكتب"
    " اكتبوا"
    " ايميل إيميلي البريد عنوان عنواني العنوان أسكن نسكن تماس تلفن شماره زنگ ایمیل آدرس نشانی موبایل همراه"
    " فون رابطہ نمبر موبائل پتہ ফোন মোবাইল নম্বর কল যোগাযোগ ইমেইল ঠিকানা"
)
_JOINS = any_of(  # words between or before those
    "please pls me us my our you can i we at on to by or is no nr the under through via on_my and reach_me"
    " moi nous au a sur par le mon notre numero est ou svp je vous pouvez pour peut"
    " al en mi nuestro numero es o por el me nos puede puedes favor m mwen nou nan sou se oswa osnon tanpri"
    " beni bizi numara su lutfen i na waa ama ku fadlan mich uns an unter sie mir ist oder in der meine unsere bitte"
    " بي بنا على إلى الى هو أو في لي لنا الرجاء يرجى با من ما به است یا میرا ہمارا ہے کا کے پر করুন আমার আমাদের হল"
    " বা এই"
)
_CALLS = any_of(
    "call_me call_us text_me text_us ring_me ring_us phone_me write_to_me write_to_us email_me email_us contact_me"
    " contact_us"
    " reach_me whatsapp_me message_me appelez-moi ecrivez-moi contactez-moi llamame escribeme rele_m rele_mwen"
    " beni_arayin beni_ara"
    " i_soo_wac iga_wac ruf_mich اتصل_بي اتصلوا_بي راسلني مجھے_فون با_من_تماس আমাকে_ফোন আমাকে_কল"
)
_MORE = rf"(?:[\s:.,-]{{1,3}}(?:{_ASKS}|{_JOINS})(?!\w)){{0,6}}(?:(?<=tel)\.)?[\s:=-]{{0,3}}$"
_LEAD = re.compile(  # a whole clause from its beginning, "or my number is", or a call to call wherever it stands
    rf"(?:^|(?<=[.!?,;:\n(-]))[ ]?(?:{_JOINS}[\s:.,-]{{1,3}}){{0,4}}{_ASKS}(?!\w){_MORE}"
    rf"|(?<![\w'-]){_CALLS}(?!\w){_MORE}",
    re.IGNORECASE,
)
_PREPOSITIONS = (
    "at on to in from near under via or and au à sur ou et al en o y oswa ak nan ve veya على إلى في أو و یا در پر এ বা"
)
_HANGS = re.compile(rf"(?<!\w){any_of(_PREPOSITIONS)}$", re.I)
_TAIL = re.compile(  # where the verb comes last: "077… numarasını arayın", "… پر فون کریں"
    r"^[\s'’]{0,2}(?:"
    + any_of(
        "numarasını numarasından numaralı numaradan arayın arayabilirsiniz telefonu"
        " پر فون رابطہ کال کریں واٹس_ایپ تماس بگیرید زنگ بزنید নম্বরে নাম্বারে ফোন করুন যোগাযোগ কল ہے است হল"
    )
    + r"(?![^\W\d])[\s]{0,2}){1,5}"
)
_AND = re.compile(
    rf"^{any_of('and or et ou y o e ve veya ak epi und oder iyo ama و أو اور یا এবং বা')}\s+", re.IGNORECASE
)
_ONLY_JOINS = re.compile(rf"[\s,;:/&|.()-]*(?:(?:{_ASKS}|{_JOINS})(?!\w)[\s,;:/&|.()-]*){{0,4}}", re.IGNORECASE)
_OPEN, _SHUT, _HANGING, _ENDS = "([{<«“", ")]}>»”", " \t,:;=-–،؛", ".,;:!?،؛؟۔।)]}"


def mended(words: str, spans: Sequence[tuple[int, int]]) -> str:
    """The words without these spans, which are in order."""
    left, last = "", 0
    for place, (start, end) in enumerate(spans):
        between = words[last:start]
        left = left if place and _ONLY_JOINS.fullmatch(levelled(between)[0]) else _joined(left, between, place)
        last = max(last, end)
    return _joined(left, words[last:], len(spans)).strip()


def _joined(left: str, right: str, place: int) -> str:
    """Both sides of the gap. place: 0 where there is none yet."""
    if not place:
        return right
    left, right = _without_lead(left), right[_tail_of(right) :].lstrip(" \t")
    while left and right and _OPEN.find(left[-1]) >= 0 and right[0] in _SHUT:
        left, right = left[:-1].rstrip(" \t"), right[1:].lstrip(" \t")
    if not right or right[0] in _ENDS + "\n":
        left = _HANGS.sub("", left.rstrip(_HANGING)).rstrip(_HANGING)
    if not left or left[-1] in ".!?\n؟۔।":
        right = _AND.sub("", right.lstrip(_ENDS + " \t"))
    glue = "" if not left or not right or left[-1] in _OPEN + "\n" or right[0] in _ENDS + "\n" else " "
    return left + glue + right


def _without_lead(left: str) -> str:
    """Without the clause that led to what is gone, and without blanks at the end."""
    near = max(0, len(left) - 120)
    level, at = levelled(left[near:])
    lead = _LEAD.search(level)
    return (left[: near + at[lead.start()]] if lead and lead.start() < len(at) else left).rstrip(" \t")


def _tail_of(right: str) -> int:
    """How much of what follows belonged to what is gone."""
    level, at = levelled(right[:80])
    tail = _TAIL.match(level)
    return at[tail.end() - 1] + 1 if tail else 0
