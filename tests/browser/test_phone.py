"""On a phone: what the first page costs, the board that follows, words that outlive a lost connection."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from node import intake, listening, uploads
from node.app import create_app
from node.carrying import FOLDER
from node.domain.wishes import OpenPost
from node.run import Run
from node.storage import board
from node.ticket_office import Office
from node.web.carrying import BRING
from scripts import gallery
from tests.browser.conftest import PHONE, Screen

FIRST_BYTES, FIRST_REQUESTS = 60_000, 6


def carried(context: BrowserContext, page: Page, path: str) -> tuple[int, int]:
    """(requests, bytes with their headers) over the wire until a page that nobody has seen before is at rest."""
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked: list[str] = []
    sizes: list[int] = []
    wire.on("Network.requestWillBeSent", lambda told: asked.append(told["request"]["url"]))
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    return len(asked), sum(sizes)


@pytest.mark.parametrize("language", ["en", pytest.param("bn", marks=pytest.mark.long)])
def test_the_first_page_is_small_and_asks_little(screen: Screen, language: str) -> None:
    page = screen(f"/?lang={language}", size=PHONE)
    requests, size = carried(page.context, page, "/")
    print(f"first page, {language}: {requests} requests, {size} bytes over the wire")
    assert requests <= FIRST_REQUESTS and 5_000 < size <= FIRST_BYTES


@pytest.mark.long
def test_the_board_follows_what_is_typed_and_the_form_does_so_without_scripts(screen: Screen, run: Run) -> None:
    intake.record(run, OpenPost(kind="need", category="food", words="Zucchini for the Soomaali kitchen", lang="en"))
    page = screen("/", size=PHONE)
    page.locator("#find").press_sequentially("zucch", delay=20)
    expect(page.locator("#live-list .card")).to_have_count(1)
    expect(page.locator("#live-found")).to_contain_text("1")
    expect(page).to_have_url(re.compile(r"\?find=zucch$"))
    page.fill("#find", "nobodywrotethis")
    expect(page.locator("#live-list .empty")).to_be_visible(timeout=60_000)
    page.fill("#find", "")
    expect(page.locator("#live-list .card").nth(3)).to_be_visible(timeout=60_000)
    plain = screen("/", size=PHONE, script=False)
    plain.fill("#find", "ZUCCH")
    plain.press("#find", "Enter")
    expect(plain.locator("#live-list .card a")).to_have_attribute("href", re.compile("^/p/"))


TOO_LARGE = "This file is too large for this page. Please give it to the desk."


def a_video(folder: Path, mebibytes: int) -> Path:
    with (folder / f"{mebibytes}.mp4").open("wb") as file:
        file.truncate(mebibytes << 20)
    return folder / f"{mebibytes}.mp4"


@pytest.mark.long
def test_a_file_that_is_too_large_is_said_so_before_it_is_sent(screen: Screen, tmp_path: Path) -> None:
    page = screen("/carry", size=PHONE)
    for mebibytes, said in ((65, TOO_LARGE), (64, "")):
        page.set_input_files("#field-file", a_video(tmp_path, mebibytes))
        assert page.locator("#field-file").evaluate("input => input.validationMessage") == said


@pytest.fixture
def takes_files(run: Run, office: Office) -> Iterator[str]:
    """The same pages, behind the sockets of a node that serves."""
    sockets = listening.listen("127.0.0.1", 0)
    taken = uploads.Uploads(BRING, run.settings.data / FOLDER)
    port = sockets[0].getsockname()[1]
    here = replace(run, settings=replace(run.settings, port=port))
    server = listening.web_server(create_app(here, office), sockets, uploads=taken)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.close()
    thread.join(1)  # a browser keeps its line a while longer


@pytest.mark.long
def test_without_scripts_a_video_that_was_chosen_by_mistake_leads_to_a_page_that_says_so(
    screen: Screen, takes_files: str, tmp_path: Path
) -> None:
    page = screen(f"{takes_files}/carry", size=PHONE, script=False)
    page.set_input_files("#field-file", a_video(tmp_path, 300))
    page.click("button:below(#field-file)")
    expect(page.locator(".trouble")).to_contain_text(TOO_LARGE)
    expect(page.locator(".trouble")).to_contain_text("Nothing on the board has changed.")


LIVE_MS = 15_000  # later a new post may not show


def test_a_new_post_shows_within_fifteen_seconds_without_reload(screen: Screen, run: Run) -> None:
    page = screen("/", size=PHONE)
    page.clock.install()
    page.goto("/")
    with page.expect_response("**/api/**") as nothing_new:
        page.clock.run_for(LIVE_MS)
    assert nothing_new.value.status == 304
    intake.record(run, OpenPost(kind="need", category="tools", words="A spanner, just now", lang="en"))
    page.clock.run_for(LIVE_MS)
    expect(page.locator("#live-list")).to_contain_text("A spanner, just now")
    page.mouse.wheel(0, 900)
    page.wait_for_function("window.scrollY > 300")
    intake.record(run, OpenPost(kind="need", category="tools", words="A second spanner", lang="en"))
    page.clock.run_for(LIVE_MS)
    expect(page.locator("#live-new")).to_be_visible(timeout=60_000)
    assert "A second spanner" not in page.locator("#live-list").inner_text()
    with page.expect_navigation():
        page.click("#live-new")
    expect(page.locator("#live-list")).to_contain_text("A second spanner")


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("zbarimg"), reason="no zbarimg here")
@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_another_phone_scans_the_post_and_the_way_to_the_board_from_the_screen(
    screen: Screen, run: Run, script: bool, tmp_path: Path
) -> None:
    link = gallery.worth_a_picture(run).need
    page = screen(f"/p/{link}", size=PHONE, script=script)
    with page.expect_navigation():
        page.click(f"a[href='/p/{link}/show']")
    assert scanned(page, tmp_path) == [f"HTTP://CORKBOARD.LOCAL:{run.settings.port}/P/{link}"]
    with page.expect_navigation():
        page.click("a[href='/join']")
    assert f"HTTP://CORKBOARD.LOCAL:{run.settings.port}/" in scanned(page, tmp_path)


def scanned(page: Page, folder: Path) -> list[str]:
    """What an independent reader finds in the picture of the page."""
    page.set_viewport_size({"width": PHONE["width"], "height": 2400})  # the dock would lie over one of them
    page.screenshot(path=folder / "screen.png")
    found = subprocess.run(["zbarimg", "-q", "--raw", folder / "screen.png"], capture_output=True, text=True)
    return found.stdout.split()


def words_page(screen: Screen) -> Page:
    page = screen("/post/need", size=PHONE)
    for answer in ("button[value=food]", "label:has([value=week])", ".dock .btn-main", "[name=for][value='5']"):
        if answer.startswith("label"):
            page.locator(answer).click()
            continue
        with page.expect_navigation():
            page.locator(answer).first.click()
    with page.expect_navigation():
        page.locator("[name=area]").first.click()
    return page


def posted(run: Run, words: str) -> list[board.Card]:
    view = board.View(now_ms=run.clock_ms(), space=run.space_id, find=words)
    return board.page(run.db(), view).cards


@pytest.mark.long
def test_what_was_typed_outlives_a_minute_without_wi_fi_and_is_sent_once(screen: Screen, run: Run) -> None:
    page = words_page(screen)
    page.fill("textarea", "Quinoa, kept through the dark")
    page.clock.install()
    page.context.set_offline(True)
    page.locator(".dock .btn-main").click()
    expect(page.locator("#lost")).to_be_visible(timeout=60_000)
    page.clock.run_for(60_000)
    assert page.input_value("textarea") == "Quinoa, kept through the dark"
    page.context.set_offline(False)
    page.clock.run_for(10_000)
    expect(page).to_have_url(re.compile("/check$"))
    screen.complaints.clear()  # the browser's own words about the network that was away: the last of them come late
    page.locator(".dock .btn-main").dblclick(no_wait_after=True)  # a double tap
    expect(page).to_have_url(re.compile("/keep$"))
    assert [card.words for card in posted(run, "quinoa")] == ["Quinoa, kept through the dark"]
    assert "Quinoa" not in page.evaluate("JSON.stringify(Object.entries(sessionStorage))")


@pytest.mark.long
def test_leaving_forgets_at_once_also_without_wi_fi(screen: Screen) -> None:
    page = words_page(screen)
    page.fill("textarea", "Nobody shall see this")
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/leave")):
        page.click("form[action$='/leave'] button", no_wait_after=True)
    page.context.set_offline(False)
    page.goto("/")
    assert "Nobody shall" not in page.evaluate("JSON.stringify(Object.entries(sessionStorage))")
    screen.complaints.clear()  # the browser's own words about the network that was away


@pytest.mark.long
def test_typed_words_are_there_after_a_reload_and_nowhere_after_another_page(screen: Screen) -> None:
    page = words_page(screen)
    page.fill("textarea", "Half a sentence")
    page.reload()
    assert page.input_value("textarea") == "Half a sentence"
    path = page.url
    page.goto("/")
    page.goto(path)
    assert page.input_value("textarea") == ""
    assert page.evaluate("localStorage.length") == 0
