"""Two tickets whose posts share a code, found by counting: one pair in a hundred million, and always the same."""

from node.domain import tickets
from node.domain.tickets import Ticket


def tickets_of_one_code() -> tuple[Ticket, Ticket]:
    first, second = (tickets.ticket(number.to_bytes(32, "big"), bytes(32)) for number in (6027, 10629))
    return first, second
