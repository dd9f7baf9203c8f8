"""A phone posts, and a steward at the desk reads it first: in a real browser, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from node import intake, reviewing, stewards
from node.domain.wishes import Hide
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import waiting
from scripts import gallery, people
from tests.browser.conftest import LANDSCAPE, PATIENCE_MS, PHONE
from tests.browser.test_access import AXE, OPEN, SMALL, WIDE

PASSPHRASE = "three warm loaves on a cold sill"
WORDS = {
    "en": "Rice, oil and dates for tonight. We are five.",
    "ar": "نحتاج الليلة إلى أرز وزيت وتمر. نحن خمسة.",
    "bn": "আজ রাতে চাল, তেল আর খেজুর লাগবে। আমরা পাঁচজন।",
}
Opened = Callable[..., Page]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, str]]:
    """A space that reads posts from phones first, and its address."""
    folder = tmp_path_factory.mktemp("space")
    settings = Settings(data=folder, port=gallery.free_port(), name="Riverside Hall", desk="by the door")
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr("node.domain.stewards.MEMORY_KIB", 64)
        run = open_run(settings)
        stewards.make(folder, PASSPHRASE)
        reviewing.turn_it(run, True)
        with gallery.served(run, people.quick_office(run)) as address:
            yield run, address
        run.close()


@pytest.fixture
def opens(browser: Browser, space: tuple[Run, str]) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []

    def one(path: str, size: dict[str, int] = PHONE, script: bool = True) -> Page:
        # axe cannot be let in by our own policy, so here the policy is set aside; another test minds it
        context = browser.new_context(viewport=size, java_script_enabled=script, base_url=space[1], bypass_csp=script)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield one
    for context in contexts:
        context.close()


def on(page: Page, selector: str) -> None:
    """Presses it, and waits for the page that follows."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def to_check(page: Page, language: str) -> None:
    """Answers every question, up to the page that is sent."""
    page.goto(f"/post/need/what?lang={language}")
    for selector in ("[value=food]", ".dock .btn-main", "[name=for][value='5']", "[name=area]"):
        on(page, selector)
    page.fill("textarea", WORDS[language])
    on(page, ".dock .btn-main")


def posts(page: Page, language: str) -> str:
    """Sends it and keeps the ticket: its digits."""
    to_check(page, language)
    on(page, ".dock .btn-main")
    digits = "".join(page.locator(".ticket .digits span").all_inner_texts())
    on(page, "[name=kept][value=photo]")
    return re.sub(r"\D", "", digits)


def comes_back(page: Page, digits: str) -> None:
    page.goto("/code")
    page.fill("#field-code", digits)
    on(page, "main .btn-main")


def signs_in(page: Page, language: str = "en") -> None:
    page.goto(f"/desk/sign-in?lang={language}")
    page.fill("#field-passphrase", PASSPHRASE)
    on(page, "#answer .btn-main")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_post_from_a_phone_is_put_up_at_the_desk_and_keeps_its_ticket(opens: Opened, script: bool) -> None:
    phone, desk = opens("/", script=script), opens("/desk/", size=LANDSCAPE, script=script)
    digits = posts(phone, "ar")
    expect(phone.locator("[data-state=waits]")).to_be_visible()
    code = re.sub(r"\D", "", phone.locator(".great.code").inner_text())
    phone.goto("/")
    expect(phone.locator(".board .card", has_text=WORDS["ar"])).to_have_count(0)
    comes_back(phone, digits)
    expect(phone.locator("h1[data-state=waits]")).to_be_visible()
    expect(phone.locator(".card .words")).to_have_text(WORDS["ar"])
    signs_in(desk)
    on(desk, "header a[href='/desk/review']")
    words = desk.locator(".queue .words", has_text=WORDS["ar"])
    assert words.get_attribute("lang") == "ar" and words.evaluate("part => getComputedStyle(part).direction") == "rtl"
    on(desk, ".queue button[value=up]")
    expect(desk.locator(".queue .card")).to_have_count(0)
    phone.goto("/")
    expect(phone.locator(".board .card", has_text=WORDS["ar"])).to_have_count(1)
    phone.goto(f"/p/{code}")
    expect(phone.locator("h1.words")).to_have_text(WORDS["ar"])
    comes_back(phone, digits)
    expect(phone.locator("article.card")).to_have_attribute("data-status", "open")
    desk.goto("/desk/review")
    on(desk, "button[value=undo]")  # so that the next story begins with an empty board
    phone.goto("/")
    expect(phone.locator(".board .card", has_text=WORDS["ar"])).to_have_count(0)


def faults(page: Page, least: int, language: str) -> list[object]:
    """What is too small to touch, what sticks out, what axe finds."""
    page.evaluate(OPEN, True)
    found: list[object] = page.evaluate(SMALL, least)
    found += ["it sticks out"] if page.evaluate(WIDE) > 0 else []
    page.evaluate(OPEN, False)
    page.add_script_tag(path=AXE)
    rules = {"color-contrast": {"enabled": language != "ar"}}
    violations = page.evaluate("rules => axe.run(document, {rules}).then(all => all.violations)", rules)
    return found + [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in violations]


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_every_page_of_it_can_be_used_by_everybody(opens: Opened, space: tuple[Run, str], language: str) -> None:
    phone, wrong, (run, _) = opens("/"), {}, space

    def look(page: Page, name: str) -> None:
        if found := faults(page, 48, language):
            wrong[name] = found

    to_check(phone, language)
    look(phone, "check")
    on(phone, ".dock .btn-main")
    look(phone, "keep")
    digits = re.sub(r"\D", "", "".join(phone.locator(".ticket .digits span").all_inner_texts()))
    on(phone, "[name=kept][value=photo]")
    look(phone, "sent")
    comes_back(phone, digits)
    look(phone, "its ticket")
    phone.goto("/ticket/erase")
    look(phone, "taking it back")
    desk = opens("/desk/", size=LANDSCAPE)
    signs_in(desk, language)
    sizes = {"desk": LANDSCAPE, "desk on a phone": PHONE} if language == "en" else {"desk on a phone": PHONE}
    for name, size in sizes.items():
        desk.set_viewport_size(size)
        desk.goto("/desk/review")
        look(desk, f"{name}: what waits")
        on(desk, ".queue form a.btn")
        look(desk, f"{name}: why not")
        if size is PHONE:
            on(desk, "#answer .btn-main")
            look(desk, f"{name}: why not, with an error")
            desk.locator("label.choice").first.click()
            desk.fill("#field-said", WORDS[language])
            on(desk, "#answer .btn-main")
            look(desk, f"{name}: decided")
    comes_back(phone, digits)
    look(phone, "its ticket, declined")
    desk.goto("/desk/review")
    on(desk, "button[value=undo]")
    on(desk, ".queue button[value=up]")
    comes_back(phone, digits)
    phone.goto("/ticket/change")
    phone.fill("#field-words", f"{WORDS[language]} {WORDS[language]}")
    on(phone, "#answer .btn-main")
    expect(phone.locator("[data-new-words=waits]")).to_be_visible()
    look(phone, "its ticket, with new words")
    desk.goto("/desk/review")
    look(desk, "desk on a phone: new words beside the old ones")
    on(desk, ".queue button[value=up]")
    look(desk, "desk on a phone: new words will stand")
    phone.reload()
    expect(phone.locator("[data-new-words=soon]")).to_be_visible()
    look(phone, "its ticket, with new words that will stand")
    on(desk, "button[value=undo]")
    expect(desk.locator(".queue .changes")).to_have_count(1)
    [one] = waiting.queue(run.db(), run.clock_ms())
    intake.record(run, Hide(one.post, "So that the next story begins with an empty board"))
    reviewing.decline(run, one.n, "twice")
    assert wrong == {}
