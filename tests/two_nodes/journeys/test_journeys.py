"""Three journeys, each told in English and Arabic, with scripts and without: an answer that is read at another space,
two promises made apart, and "delete me". Three real nodes, real browsers, networks of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.journeys.circle import Circle
from tests.two_nodes.journeys.neighbour import NEWS_S, Manner, Neighbour
from tests.two_nodes.network import WHY_NOT
from tests.two_nodes.node import wait_until

ANSWERED_ELSEWHERE = {
    "en": {
        "need": "Rice and lentils for tonight, halal",
        "answer": "Yusuf and his group bring it here at 17:00",
        "back": "Five is good, the children are waiting",
        "reach": "Ask for Yusuf at the blue door",
    },
    "ar": {
        "need": "أرز وعدس لهذه الليلة، حلال",
        "answer": "يوسف ومجموعته يحضرونه إلى هنا الساعة الخامسة",
        "back": "الخامسة مناسبة، الأطفال ينتظرون",
        "reach": "اسألوا عن يوسف عند الباب الأزرق",
    },
}
TWO_PROMISES = {
    "en": {
        "need": "Two cots for the twins",
        "next": "A cot for a guest from Tuesday on",
        "hall": "We have one in the cellar of the hall",
        "mosque": "Our cot is free, we bring it",
        "instead": "Then our cot is for your guest",
    },
    "ar": {
        "need": "سريران للتوأم",
        "next": "سرير لضيف من يوم الثلاثاء",
        "hall": "لدينا واحد في قبو القاعة",
        "mosque": "سريرنا فارغ ونحضره إليكم",
        "instead": "إذن سريرنا لضيفكم",
    },
}
DELETE_ME = {
    "en": {"need": "A quiet room until Thursday, my sister and I", "answer": "There is one above the reading room"},
    "ar": {"need": "غرفة هادئة حتى الخميس، أنا وأختي", "answer": "توجد غرفة فوق قاعة القراءة"},
}


def in_words(story: dict[str, dict[str, str]], manner: Manner) -> dict[str, str]:
    """What is said in this telling: its words are found in no other one."""
    return {key: words + ("" if manner.script else " *") for key, words in story[manner.language].items()}


def test_posted_at_the_hall_answered_at_the_mosque_read_at_the_library(
    circle: Circle, somebody: Callable[[], Neighbour], manner: Manner
) -> None:
    """Amina has no phone and reads slowly. She posts at the hall, is answered at the mosque, and reads it at the
    library, while the machine at the hall is switched off."""
    said = in_words(ANSWERED_ELSEWHERE, manner)
    amina, yusuf = somebody(), somebody()

    amina.walks_up_to(circle.hall)
    hers = amina.posts_a_need("food", "today", 5, said["need"])
    amina.walks_away()
    for space in (circle.mosque, circle.library):
        wait_until(lambda space=space: said["need"] in space.page("/"), NEWS_S)
    circle.hall.stops()

    yusuf.takes_the_phone_at(circle.mosque)
    yusuf.finds(said["need"])
    his = yusuf.promises(said["answer"], people=5, reach=said["reach"])
    assert said["answer"] not in circle.mosque.page("/")

    amina.walks_up_to(circle.library)
    amina.types(hers)
    amina.stands(said["answer"], "promised")
    assert said["reach"] in amina.thread(said["answer"]).inner_text()
    amina.writes_back(said["answer"], said["back"])
    amina.says("confirm", said["answer"])
    amina.stands(said["answer"], "confirmed")
    amina.goes()

    yusuf.takes_the_phone_at(circle.mosque)
    yusuf.scans(his)
    yusuf.stands(said["back"], "confirmed")

    amina.walks_up_to(circle.library)
    amina.types(hers)
    amina.says("met 3")
    amina.sees("[data-status=partly]")
    amina.says("met 2")
    amina.sees("[data-status=met]")
    amina.says("thank ", said["answer"])
    yusuf.sees(".thanked")

    circle.hall.starts()
    wait_until(lambda: said["need"] not in circle.hall.page("/"), NEWS_S)


def says_yes_and_that_it_came(poster: Neighbour, promise: str) -> None:
    poster.stands(promise, "promised")
    poster.says("confirm", promise)
    poster.says("met")
    poster.sees("[data-status=met]")


@pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)
def test_two_promise_the_same_while_apart_and_nobody_comes_in_vain(
    circle: Circle, somebody: Callable[[], Neighbour], manner: Manner
) -> None:
    """The link is down, and the hall and the mosque both promise the same cots. Both promises stand, everyone sees it,
    the poster chooses, and who is not needed is shown the next cot."""
    said = in_words(TWO_PROMISES, manner)
    layla, omar, yusuf, maryam = (somebody() for _ in range(4))

    layla.takes_the_phone_at(circle.library)
    hers = layla.posts_a_need("shelter", "week", 2, said["need"])
    omar.walks_up_to(circle.library)
    his = omar.posts_a_need("shelter", "week", 1, said["next"])
    yusuf.takes_the_phone_at(circle.hall)
    yusuf.sees(".board a", said["next"])
    wait_until(lambda: said["next"] in circle.mosque.page("/"), NEWS_S)

    circle.cut_off(circle.mosque)
    yusuf.finds(said["need"])
    at_the_hall = yusuf.promises(said["hall"])
    yusuf.scans(at_the_hall)
    maryam.walks_up_to(circle.mosque)
    maryam.finds(said["need"])
    at_the_mosque = maryam.promises(said["mosque"])
    maryam.types(at_the_mosque)
    for helper in (yusuf, maryam):
        assert helper.counts("[data-state=promised]") == 1 and not helper.counts(".both-stand")
    maryam.goes()
    circle.heals(circle.mosque)

    layla.scans(hers)
    layla.stands(said["hall"], "promised")
    layla.stands(said["mosque"], "promised")
    maryam.walks_up_to(circle.mosque)
    maryam.types(at_the_mosque)
    for everyone in (maryam, layla, yusuf):
        everyone.sees(".both-stand")
    maryam.goes()

    layla.says("confirm", said["hall"])
    layla.says("met 1")
    layla.sees("[data-status=partly]")
    yusuf.stands(said["hall"], "confirmed")
    yusuf.sees("[data-status=partly]")
    layla.says("release", said["mosque"])
    layla.stands(said["mosque"], "spared")

    maryam.walks_up_to(circle.mosque)
    maryam.types(at_the_mosque)
    maryam.stands(said["mosque"], "spared")
    maryam.finds(said["next"])
    maryam.promises(said["instead"])

    layla.says("met 0")
    layla.sees("[data-status=met]")
    layla.says("thank ", said["hall"])
    yusuf.sees(".thanked")

    omar.walks_up_to(circle.library)
    omar.types(his)
    says_yes_and_that_it_came(omar, said["instead"])


def test_everything_is_erased_everywhere_and_nothing_brings_it_back(
    circle: Circle, somebody: Callable[[], Neighbour], manner: Manner, tmp_path: Path
) -> None:
    """She erases everything at the kiosk: gone here at once, gone at every space that hears of it, and the page says
    which have confirmed. A space that was away does not bring it back, nor does its old copy or an old stick."""
    said = in_words(DELETE_ME, manner)
    hall, mosque, library = circle.spaces
    amina, yusuf = somebody(), somebody()

    amina.walks_up_to(hall)
    hers = amina.posts_a_need("shelter", "today", 2, said["need"])
    yusuf.takes_the_phone_at(mosque)
    yusuf.finds(said["need"])
    his = yusuf.promises(said["answer"], people=2)
    wait_until(lambda: said["need"] in library.page("/"), NEWS_S)
    copies, stick = str(tmp_path / "copies"), str(tmp_path / "stick.corkboard")
    library.runs("backup", copies)
    library.runs("bundle", "export", stick)
    library.stops()

    amina.walks_up_to(hall)
    amina.types(hers)
    amina.stands(said["answer"], "promised")
    amina.erases_everything()
    assert said["need"] not in hall.page("/")
    assert amina.confirmed_by()["Hall"] == "here" and amina.confirmed_by()["Library"] == "not yet"
    wait_until(lambda: said["need"] not in mosque.page("/"), NEWS_S)

    amina.takes_the_phone_at(mosque)
    amina.scans(hers)
    amina.sees(".confirmed li[data-confirmed=yes]", "Hall")
    assert amina.confirmed_by() == {"Hall": "yes", "Mosque": "here", "Library": "not yet"}
    yusuf.takes_the_phone_at(mosque)
    yusuf.scans(his)
    assert said["answer"] not in yusuf.reads_that_it_is_gone()

    library.starts()
    wait_until(lambda: said["need"] not in library.page("/"), NEWS_S)
    amina.hears_from_all()

    library.stops()
    library.runs("restore", copies, "--over")
    library.starts()
    hall.runs("bundle", "import", stick)
    library.hears_from_the_others()
    for space in circle.spaces:
        assert said["need"] not in space.page("/")
    amina.takes_the_phone_at(library)
    amina.scans(hers)
    amina.hears_from_all()
    assert amina.confirmed_by() == {"Hall": "yes", "Mosque": "yes", "Library": "here"}
