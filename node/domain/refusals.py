"""Why a wish is not granted: a key that the pages translate, the field it is about, the values in its sentence."""

SENTENCES = {
    "kind.choose": "Choose whether it is a need or an offer.",
    "category.choose": "Choose what it is about.",
    "words.missing": "Write a few words, so that people know what it is.",
    "words.long": "That is {has} letters. {most} is the most.",
    "original.long": "That is {has} letters. {most} is the most.",
    "lang.choose": "Choose a language from the list.",
    "original_lang.choose": "Choose a language from the list.",
    "when.choose": "Choose when.",
    "date.missing": "Choose the day.",
    "date.wrong": "That is not a day. Write it like {example}.",
    "date.past": "That day is over. Choose today or a later day.",
    "date.far": "That is more than a year away. Choose an earlier day.",
    "area.long": "That is {has} letters. {most} is the most.",
    "source.long": "That is {has} letters. {most} is the most.",
    "reason.long": "That is {has} letters. {most} is the most.",
    "for.range": "Choose a number from {least} to {most}.",
    "count.range": "Choose a number from {least} to {most}.",
    "met.range": "Choose a number from {least} to {most}.",
    "hours.range": "Choose a number of hours from {least} to {most}.",
    "at.range": "That time cannot be right.",
    "scope.choose": "Choose who will see it.",
    "marks.many": "Choose {most} at most.",
    "marks.choose": "Choose from the list.",
    "outside.wrong": "That is not the hash of a row.",
    "standing.need": "Only an offer can be always available.",
    "reason.missing": "Say why. Everybody can read it.",
    "words.digits": "Leave out phone numbers: everybody can read this. Leave yours at the desk.",
    "words.ticket": "This looks like a ticket, and a ticket is a secret. Leave its 16 digits out.",
    "letter.missing": "Write a few words.",
    "reach.long": "That is {has} letters. {most} is the most.",
    "words.stopped": "No more words can be sent here: one of you has stopped.",
    "words.closed": "Only who posted it can read these words, and who wrote them.",
    "words.unsealable": "These words cannot be sealed for whoever posted this. Ask at the desk.",
    "ticket.other": "This ticket belongs to something else.",
    "ticket.replaced": "This ticket was replaced by a new one. It can only erase.",
    "disk.full": "This board has no room left. What you wrote stays on this page: tell the desk, then try again.",
    "review.full": "Many posts wait to be read just now, and there is no room for more. What you wrote stays on this "
    "page: try again later, or post at the touchscreen.",
    "review.words": "Words from phones are read first here, and these cannot wait. Write them at the touchscreen.",
    "review.reason": "Choose why.",
    "said.many": "Many posts came from this address just now. What you wrote stays on this page: send it again in a "
    "minute, or use the touchscreen.",
    "ticket.none": "This was posted without a ticket.",
    "post.its-ticket": "Only the ticket with which it was posted can do this.",
    "post.widened": "The circle sees it already.",
    "post.unknown": "We do not know this post. It may not have arrived here yet.",
    "post.erased": "This post was erased.",
    "post.met": "This was met already. Thanks for coming.",
    "post.withdrawn": "This is not needed any more.",
    "post.expired": "This has run out. It may be met by now.",
    "post.elsewhere": "Only the space where it was posted can do this.",
    "post.hidden": "This is not on our board.",
    "post.shown": "This is on our board already.",
    "promise.unknown": "We do not know this promise. It may not have arrived here yet.",
    "promise.released": "This promise was given back.",
    "promise.elsewhere": "Only who made this promise, or where it was posted, can do this.",
}
"""In English, as the catalogues have them; a test compares."""


class Refusal(Exception):
    """One problem. `field`: as in forms, "" where it is about the whole."""

    def __init__(self, key: str, field: str = "", **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.field = field
        self.values = values

    @property
    def sentence(self) -> str:
        return SENTENCES[self.key].format(**self.values)

    def __str__(self) -> str:
        return self.sentence


class Refusals(Exception):
    """All problems of one wish at once, so that a form comes back once. `row`: which of many wishes, from 0."""

    def __init__(self, problems: list[Refusal], row: int | None = None) -> None:
        super().__init__("; ".join(problem.sentence for problem in problems))
        self.problems = problems
        self.row = row

    def by_field(self) -> dict[str, Refusal]:
        """The first problem of each field."""
        found: dict[str, Refusal] = {}
        for problem in self.problems:
            found.setdefault(problem.field, problem)
        return found
