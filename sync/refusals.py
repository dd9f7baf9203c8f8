"""Why the door stays shut. One type for each broken condition; `key` is its stable short word on the wire."""


class Refused(Exception):
    """Something offered was not taken, and nothing was changed by it."""

    key = "refused"
    passes = False  # whether it says nothing of what was offered, and the next visit may go well


class BadEntry(Refused):
    """A line is not of the one shape an entry has (sync/README, Entry)."""

    key = "bad-entry"


class BadChain(Refused):
    """An entry does not follow the one before it on its feed."""

    key = "bad-chain"


class Gap(BadChain):
    """Entries before this one are not held yet: ask again from there."""

    key = "gap"


class BadSignature(Refused):
    """A run does not end at an entry that its feed has signed."""

    key = "bad-signature"


class BadCommitment(Refused):
    """A payload is not the one that its header commits to."""

    key = "bad-commitment"


class BadCertificate(Refused):
    """A certificate is not of the computed form, or not signed by its space."""

    key = "bad-certificate"


class BadProof(Refused):
    """A tombstone, roster or fork proof that does not prove itself."""

    key = "bad-proof"


class Unaccepted(Refused):
    """The feed belongs to a space that is not accepted here, or to a node that its space does not name."""

    key = "unaccepted"


class TooMuch(Refused):
    """More than a limit of design §5 allows."""

    key = "too-much"


class NoRoom(Refused):
    """The disk is nearly full: what is left is kept for the kiosk."""

    key = "no-room"
    passes = True


class Fork(Refused):
    """Two signed histories of one feed. `feed` is its public key, `seq` where they part, `evidence` the proof of it."""

    key = "fork"

    def __init__(self, feed: bytes, seq: int, evidence: bytes) -> None:
        super().__init__(f"feed {feed.hex()[:16]} has two entries {seq}")
        self.feed = feed
        self.seq = seq
        self.evidence = evidence
