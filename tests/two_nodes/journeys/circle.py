"""Three spaces of one circle: the hall, the mosque and the library, each with a whole node of its own."""

from dataclasses import dataclass

from tests.two_nodes.network import Network, Place
from tests.two_nodes.node import Node


@dataclass(frozen=True)
class Circle:
    """`town`: their network; None stands for this machine's own."""

    hall: Node
    mosque: Node
    library: Node
    town: Network | None

    @property
    def spaces(self) -> tuple[Node, Node, Node]:
        return self.hall, self.mosque, self.library

    def meets(self) -> None:
        """Each steward sits down with each other one."""
        self.is_whole()
        for one, other in ((self.library, self.hall), (self.mosque, self.hall), (self.library, self.mosque)):
            one.pairs_with(other)

    def is_whole(self) -> None:
        """Every node serves and every cable is plugged in, whatever happened before."""
        for space in self.spaces:
            if self.town:
                self.town.joins(space.place)
        off = [space for space in self.spaces if not space.is_on]
        for space in off:
            space.switches_on()
        for space in off:
            space.starts()

    def ends(self) -> None:
        for space in self.spaces:
            space.loses_power()
            print(f"--- {space.name} said\n{space.log()}")  # shown where a test fails

    def phone(self) -> Place:
        """A telephone somewhere in town, with an address of its own."""
        return self.town.place() if self.town else Place("127.0.0.1")

    def cut_off(self, space: Node) -> None:
        assert self.town
        self.town.splits_off(space.place)

    def heals(self, space: Node) -> None:
        assert self.town
        self.town.joins(space.place)
