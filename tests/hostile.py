"""A town with two honest spaces and a member that means ill: what it may try to say of what is not its own."""

import itertools
import json
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from node.domain import bodies, codes, wire
from node.domain.values import Event
from node.domain.wishes import ConfirmPromise, PromiseHelp, Renew, Withdraw
from node.storage import projection
from node.storage import tickets as belongings
from sync import confirming, cutoffs, log
from sync.cutoffs import CutOffs
from sync.entry import CONFIRMED, CUTOFFS, b64
from sync.exchange import Answers
from sync.writer import Draft
from tests.meeting import acquaint, all_meet, visits
from tests.storage.nodes import NOON, Node, Ticket, opened

Deed = Callable[["Town"], list[Draft]]


class Town:
    """Two honest spaces that know everything of each other, and the member that means ill.

    Amina posts at the hall, changes it, says met, renews; Yusuf promises at the library; the hall has a post of its own
    that the library promised to help with."""

    def __init__(self, folder) -> None:
        self.hall, self.library, self.liar = (Node(folder / name, name.title()) for name in ("hall", "library", "liar"))
        self.honest = (self.hall, self.library)
        acquaint(self.hall, self.library, self.liar)
        self.amina, self.yusuf, self.olga = Ticket(1), Ticket(2), Ticket(3)
        self.mine = [Ticket(100), Ticket(101)]  # of the liar, both known to nobody
        self._happens()
        all_meet(self.hall, self.library, self.liar)
        self.before = self.fingerprints()

    def _happens(self) -> None:
        hall, post = self.hall, self.amina.post
        self.liar.posts("Hello")
        all_meet(self.hall, self.library, self.liar)  # so that its feed comes first where nothing else decides
        hall.carries(self.amina, opened("Rice for five", **{"for": 5, "at": NOON, "area": "North"}))
        hall.carries(self.amina, Event("post.edited", {**opened("Rice for three").fields, "for": 3, "at": NOON}))
        hall.carries(self.olga, opened("A cot", at=NOON))
        self.own = hall.posts("A ladder").post
        visits(self.library, hall)
        self.library.carries(self.yusuf, Event("help.promised", {"words": "At five", "at": NOON + 2}), post)
        self.library.does(PromiseHelp(self.own, "Ours"))
        visits(hall, self.library)
        for kind, fields in (("post.met", {"count": 2}), ("post.withdrawn", {}), ("post.renewed", {"hours": 40})):
            hall.carries(self.amina, Event(kind, {**fields, **({} if "drawn" in kind else {"at": NOON + 9})}), post)
        hall.carries(self.amina, Event("help.confirmed", {"promise": self.promise}), post)
        hall.does(Withdraw(self.own))
        hall.does(Renew(self.own))
        hall.does(ConfirmPromise(self.own, hall.one(codes.code_of(self.own)).promises[0].id))

    @property
    def promise(self) -> bytes:
        """Yusuf's."""
        return self.hall.one(codes.code_of(self.amina.post)).promises[0].id

    def fingerprints(self) -> list[object]:
        """Of each honest node: its board, what people see of it but for local numbers, and whose words are erased."""
        return [
            (
                node.digest(),
                sorted(msgspec.json.encode(replace(card, n=0, k=0)) for card in node.page(status="all").cards),
                node.proofs(),
                [belongings.find(node.db, ticket.owner) for ticket in (self.amina, self.yusuf, self.olga)],
                node.db.execute("SELECT * FROM cutoff").fetchall(),
            )
            for node in self.honest
        ]

    def bodies_of(self, *tickets: Ticket) -> list[Draft]:
        """All that these tickets ever signed, as it was signed."""
        owners = {ticket.owner for ticket in tickets}
        held = [one.entry for one in log.read_all(self.liar.db) if one.entry.header.owner in owners]
        return [Draft(one.payload, one.header.post, one.header.owner) for one in held]

    def hears_the_liar(self, answers: type[Answers] = Answers) -> None:
        all_meet(self.hall, self.library, self.liar, liars=[(self.liar, answers)])

    def is_unmoved(self) -> bool:
        assert self.fingerprints() == self.before
        for node in self.honest:
            projection.rebuild(node.db)
        return self.fingerprints() == self.before


def own_word(said: str, post: bytes, **fields) -> Draft:
    """What the liar's space says."""
    return Draft(wire.payload(Event(said, fields)), post)


def bears(ticket: Ticket, payload: bytes, post: bytes) -> Draft:
    return Draft(payload, post, ticket.owner)


def as_home(town: Town) -> list[Draft]:
    """Says what only the home of a post may, of posts with and without a ticket."""
    state = opened("Send money", at=1).fields
    return [
        draft
        for post in (town.amina.post, town.olga.post, town.own)
        for draft in (
            own_word("post.erased", post, reason="Because"),
            own_word("post.met", post, count=3, at=NOON),
            own_word("post.withdrawn", post),
            own_word("post.renewed", post, hours=9000, met=0),
            own_word("post.opened", post, **state),
            own_word("post.edited", post, **state),
            own_word("post.widened", post),
            own_word("thanks.given", post, promise=town.promise),
            own_word("help.confirmed", post, promise=town.promise),
            own_word("help.released", post, promise=town.promise),
            own_word("words.opened", post, promise=town.promise, reason="Curious"),
        )
    ]


def new_tickets(town: Town) -> list[Draft]:
    """Gives out a ticket of its own for others' posts, and speaks and erases with it."""
    first, second = town.mine
    drafts = []
    for at, victim in enumerate((town.amina, town.olga)):
        mine = town.mine[at]
        ids = {"old": codes.write_id(victim.owner), "new": codes.write_id(mine.owner), "counter": 0}
        drafts.append(own_word("ticket.replaced", victim.post, **ids))
        drafts.append(bears(mine, mine.body(victim.post, town.hall.space, Event("post.withdrawn", {})), victim.post))
        edit = Event("post.edited", opened("Send money", at=1).fields)
        drafts.append(bears(mine, mine.body(victim.post, town.liar.space, edit), victim.post))
    town.tombstones = [first.tombstone(), second.tombstone()]
    return drafts


def replays(town: Town) -> list[Draft]:
    """All that tickets signed, backwards and twice over, by a clock that says 1970 and then 2099."""
    said = town.bodies_of(town.amina, town.yusuf, town.olga)
    return [*reversed(said), *said]


def in_other_places(town: Town) -> list[Draft]:
    """True signatures under other posts and other tickets."""
    posts = (town.amina.post, town.olga.post, town.own, town.mine[0].post)
    owners = [ticket.owner for ticket in (town.amina, town.yusuf, town.olga, town.mine[0])]
    said = town.bodies_of(town.amina, town.olga)
    moved = [Draft(one.payload, post, owner) for one, post, owner in itertools.product(said, posts, owners)]
    return [one for one in moved if one not in said]


def altered(town: Town) -> list[Draft]:
    """Signed bodies with another counter, kind, home or content, and bodies that somebody else signed."""
    drafts = []
    for one in town.bodies_of(town.amina, town.yusuf):
        body = json.loads(bodies.literal(one.payload))
        for place, other in ((4, 999), (3, "post.withdrawn"), (2, b64(town.liar.space)), (5, {"at": 1})):
            said = json.dumps([*body[:place], other, *body[place + 1 :]], separators=(",", ":"), ensure_ascii=False)
            drafts.append(Draft(one.payload[:104] + said.encode() + b"}", one.post, one.owner))
    for event in (Event("post.withdrawn", {}), Event("words.stopped", {"promise": town.promise})):
        forged = town.mine[0].body(town.amina.post, town.hall.space, event)
        drafts += [Draft(forged, town.amina.post, ticket.owner) for ticket in (town.amina, town.yusuf)]
    return drafts


def into_a_thread(town: Town) -> list[Draft]:
    """A ticket of its own speaks, stops, releases and thanks between two others."""
    mine, post = town.mine[0], town.amina.post
    said = [
        Event("words.stopped", {"promise": town.promise, "reported": False, "at": 1}),
        Event("words.sealed", {"promise": town.promise, "to_poster": "AAAA", "to_helper": "AAAA", "at": 1}),
        Event("help.released", {"promise": town.promise}),
        Event("help.confirmed", {"promise": town.promise}),
        Event("thanks.given", {"promise": town.promise}),
        Event("post.met", {"count": 3}),
        Event("post.withdrawn", {}),
        Event("post.erased", {}),
        Event("post.edited", opened("Send money", at=1).fields),
        Event("post.opened", opened("Send money", at=1).fields),
    ]
    return [bears(mine, mine.body(post, town.hall.space, event), post) for event in said]


def in_system_entries(town: Town) -> list[Draft]:
    """Speaks for other nodes: that they have forgotten, and how far their feeds count."""
    hall = town.hall.run.identity.node_fingerprint
    heads = {feed.key: (0, feed.head) for feed in log.feeds(town.liar.db) if feed.space == town.hall.space}
    return [
        Draft(confirming.payload([town.amina.owner]), sys=CONFIRMED),
        *(Draft(line, sys=CUTOFFS) for line in cutoffs.payloads(CutOffs(hall, heads))),
        Draft(b'{"event":"post.erased"}', town.amina.post, town.amina.owner, sys=200),
    ]


def nonsense(town: Town) -> list[Draft]:
    """What no parser agrees about, under others' posts and tickets."""
    odd = [
        *(b"[" * 5000, b'"\\ud800"', b"NaN", b'{"event":"post.met","count":1e999}'),
        b'{"event":"post.erased","event":"post.shown"}',
    ]
    posts, owners = (town.amina.post, town.own), (b"", town.amina.owner)
    return [Draft(*each) for each in itertools.product(odd, posts, owners)]


def in_others_names(town: Town) -> list[Draft]:
    """Hundreds of entries that name the helper's ticket, more than anybody looks through."""
    forged = town.mine[0].body(town.olga.post, town.liar.space, Event("help.promised", {"words": "Never", "at": 1}))
    return [Draft(forged, town.olga.post, town.yusuf.owner)] * 400


DEEDS = [
    *(as_home, new_tickets, replays, in_other_places, altered, into_a_thread, in_system_entries, nonsense),
    in_others_names,
]
