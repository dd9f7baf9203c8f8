"""Somebody who uses the board, in their own words: posts, keeps the ticket, comes back, answers, erases.

What is on a page is found by what it does (names and values of forms, addresses, classes), never by its wording: so one
story runs in every language. Looks and decides nothing else; what must be there is said by the story.
"""

import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, Response, expect

from node.addresses import HOST
from node.domain import codes
from node.domain.text import direction
from tests.two_nodes.journeys.browsers import PATIENCE_MS, Browsers
from tests.two_nodes.network import Place
from tests.two_nodes.node import Node, wait_until

SCREEN, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
NEWS_S = 180.0  # until something from another space must have come, on a loaded machine
TRIES = 4
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIPED_MS = 125_000  # longer than any page of the touchscreen stays when nobody touches it


@dataclass(frozen=True)
class Manner:
    """How somebody reads. `script`: whether their browser runs scripts."""

    language: str
    script: bool

    def typed(self, digits: str) -> str:
        """As they type them by hand: in fours, with the digits of their own script."""
        fours = " ".join(re.findall(".{1,4}", digits))
        return fours.translate(ARABIC_DIGITS) if self.language == "ar" else fours


@dataclass(frozen=True, repr=False)
class Ticket:
    """What somebody took along. `address`: what an independent reader found in its QR."""

    digits: str
    address: str


class Neighbour:
    """`phone`: where their phone is, for as long as they carry one."""

    def __init__(self, browsers: Browsers, manner: Manner, phone: Place) -> None:
        self._browsers, self.manner, self._phone = browsers, manner, phone
        self._page: Page | None = None
        self.complaints: list[str] = []

    @property
    def page(self) -> Page:
        assert self._page, "stands nowhere yet"
        return self._page

    # --- where they stand ---

    def walks_up_to(self, space: Node) -> None:
        """The touchscreen, one touch, in their language."""
        self._enters(self._browsers.at_the_screen_of(space), SCREEN, f"{space.address}/kiosk/")
        self.press(f".begin a[lang={self.manner.language}]")

    def takes_the_phone_at(self, space: Node) -> None:
        self._enters(self._browsers.on_the_wifi_of(space, self._phone), PHONE, f"http://{HOST}:{space.port}/")
        self.page.locator(".foot summary").click()
        self.press(f".foot a[lang={self.manner.language}]")

    def goes(self) -> None:
        """Away from wherever they stand."""
        if self._page:
            self._page.context.close()
        self._page = None

    def _enters(self, browser: Browser, size: dict[str, int], address: str) -> None:
        self.goes()
        context = browser.new_context(viewport=size, java_script_enabled=self.manner.script)
        context.set_default_timeout(PATIENCE_MS)
        self._page = context.new_page()
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._page.goto(address)

    def press(self, what: str | Locator) -> Response:
        """Touches something that leads to a page, which then speaks their language in its direction."""
        button = self.page.locator(what) if isinstance(what, str) else what
        with self.page.expect_navigation() as answered:
            button.first.click()
        speaks = f"html[lang={self.manner.language}][dir={direction(self.manner.language)}]"
        expect(self.page.locator(speaks)).to_be_attached()
        return answered.value

    # --- posting ---

    def posts_a_need(self, category: str, when: str, people: int, words: str) -> Ticket:
        """One question a page. No name is asked, and before sending it says who will see it."""
        self.press("a[href$='/post/need']")
        self.press(f"button[name=category][value={category}]")
        self.page.locator(f"label:has(input[value={when}])").click()
        self.press(".dock .btn-main")
        self.press(f"button[name=for][value='{people}']")
        self.press("button[name=area][value='']")
        self.page.fill("#field-words", words)
        self.press(".dock .btn-main")
        expect(self.page.locator("#field-scope input[value=circle]")).to_be_checked()
        self.press(".dock .btn-main")
        return self.keeps_the_ticket()

    def keeps_the_ticket(self) -> Ticket:
        """Photographs it, or without scripts writes it down; then it is nowhere on the screen any more."""
        digits = codes.read_digits(self.page.locator(".ticket .digits").inner_text())
        ticket = Ticket(digits, on_its_own_wifi(read_qr(self.page.locator(".ticket .qr").screenshot())))
        assert ticket.address.endswith(f"/t#{digits}") and len(digits) == codes.TICKET_LENGTH
        if self.manner.script:
            self.press("button[name=kept][value=photo]")
        else:
            self.page.fill("#field-last4", self.manner.typed(digits[-4:]))
            self.press("button[name=kept][value=written]")
        self._shows_no(ticket)
        return ticket

    def walks_away(self) -> None:
        """Leaves the touchscreen as it is; it wipes itself, and Back shows the first screen."""
        if self.manner.script:
            self.page.clock.install()  # the browser's clock is ours from here on
            self.page.reload()
            self.page.clock.run_for(WIPED_MS)
        else:
            refresh = self.page.locator("meta[http-equiv=refresh]").get_attribute("content") or ""
            self.page.goto(re.sub("/kiosk/.*", refresh.rpartition("url=")[2], self.page.url))
        self.page.wait_for_url(re.compile("/kiosk/$"))
        self.page.go_back()
        expect(self.page.locator("nav.begin")).to_be_visible()
        self.goes()

    # --- coming back ---

    def types(self, ticket: Ticket) -> None:
        """By hand, into the one box for tickets and codes."""
        if not self.counts("a[href$='/code']"):
            self.press(".bar a.place")  # the board
        self.press("a[href$='/code']")
        self._sends(ticket)

    def scans(self, ticket: Ticket) -> None:
        """Opens what the QR says. Without scripts nobody reads what is behind the #, so the digits are typed."""
        self.page.goto(ticket.address, wait_until="commit")
        if not self.manner.script:
            self._sends(ticket)
        self.page.wait_for_url("**/ticket")
        self._shows_no(ticket)

    def _sends(self, ticket: Ticket) -> None:
        """Tries again when the node asks for a moment, as its page says."""
        for _ in range(TRIES):
            self.page.fill("#field-code", self.manner.typed(ticket.digits))
            answer = self.press("#answer .btn-main")
            if answer.status not in (429, 503):
                break
            self.page.wait_for_timeout(1_000 * int(answer.headers["retry-after"]))
        expect(self.page).to_have_url(re.compile("/ticket$"))

    def _shows_no(self, ticket: Ticket) -> None:
        held = self.page.url + self.page.content() + str(self.page.context.cookies())
        assert ticket.digits not in held.replace(" ", "")

    def sees(self, what: str, words: str = "") -> Locator:
        """Looks at the same page again until that is on it: news from other spaces takes its time."""
        found = self.page.locator(what, has_text=words or None)
        self._until(lambda: found.count() > 0)
        return found.first

    def _until(self, true: Callable[[], bool]) -> None:
        def looks() -> bool:
            if true():
                return True
            self.page.reload()
            return true()

        wait_until(looks, NEWS_S, every=0.5)

    def counts(self, what: str) -> int:
        return self.page.locator(what).count()

    # --- answering, and what follows ---

    def finds(self, words: str) -> None:
        """On the board, however long the news takes; and opens it."""
        self.press(self.sees(".board a", words))

    def promises(self, words: str, people: int = 1, reach: str = "") -> Ticket:
        """ "I can help" on the post that is open, with words for whoever posted it."""
        if not self.counts("#answer #field-words"):
            self.press(".dock .btn-main")
        self.page.fill("#answer #field-words", words)
        if self.counts("#field-count"):
            self.page.fill("#field-count", self.manner.typed(str(people)))
        if reach:
            self.page.fill("#field-reach", reach)
        self.press("#answer .btn-main")
        return self.keeps_the_ticket()

    def thread(self, words: str) -> Locator:
        """One promise and all that was written about it, found by any of its words."""
        return self.page.locator("section[aria-labelledby^=thread-]", has_text=words)

    def stands(self, words: str, state: str) -> None:
        """The promise with those words is seen in that state."""
        self.sees(f"section[aria-labelledby^=thread-][data-state={state}]", words)

    def says(self, do: str, words: str = "") -> None:
        """A button of the ticket's page: about the promise with those words, else about the post."""
        about = self.thread(words) if words else self.page.locator("#answer")
        self.press(about.locator(f"button[name=do][value^='{do}']"))

    def writes_back(self, to: str, words: str) -> None:
        field = self.thread(to).locator("textarea[name^=words-]")
        if not field.is_visible():  # folded until it is the next thing to do
            self.thread(to).locator("details.more-fields > summary").first.click()
        field.fill(words)
        self.says("write ", to)
        expect(self.thread(words)).to_be_attached()

    # --- erasing ---

    def reads_that_it_is_gone(self) -> str:
        """All that the page of a ticket says when what it was about was erased."""
        self.sees("#main.gone")
        return self.page.locator("#main").inner_text()

    def erases_everything(self) -> None:
        """Two taps, and no reason is asked."""
        self.press("a[href$='/ticket/erase']")
        assert not self.counts("#answer textarea, #answer select, #answer input:not([type=hidden])")
        self.press("#answer .btn-risk")

    def confirmed_by(self) -> dict[str, str]:
        """space -> "here", "yes" or "not yet", as the ticket's page says."""
        return {
            one.locator("bdi").inner_text(): one.get_attribute("data-confirmed") or ""
            for one in self.page.locator(".confirmed li").all()
        }

    def hears_from_all(self) -> None:
        """Looks again until every space has confirmed."""
        self._until(lambda: "not yet" not in self.confirmed_by().values())


def on_its_own_wifi(address: str) -> str:
    """The spaces of this town share a switch, where they make way for each other's names; in a journey each has a Wi-Fi
    of its own and with it the one name."""
    return re.sub(r"//corkboard-[0-9]+\.local", f"//{HOST}", address)


def read_qr(picture: bytes) -> str:
    """What an independent reader sees in a picture of the screen."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(picture)
        file.flush()
        read = subprocess.run(["zbarimg", "--raw", "-q", file.name], capture_output=True, text=True, check=True)
    return read.stdout.strip()
