"""Two nodes, driven by Hypothesis: it says, cuts, kills, restores and erases as it likes, and shows the shortest way to
whatever breaks.
"""

from __future__ import annotations

from contextlib import ExitStack
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.simulate import actions, story, world
from tests.simulate.actions import Action
from tests.simulate.judge import agree, judge, keep_what_was_acknowledged, settle
from tests.simulate.machine import Killed
from tests.simulate.wire import Faults

FAIL = ("power_cut", "backup", "old_backup_is_restored", "clock_jumps", "block", "purge", "let_in_again")
FAILING = [*(each for each in actions.TABLE if each.name in FAIL), *story.STICKS]
dice = st.integers(0, 1_000)


class TwoNodes(RuleBasedStateMachine):
    """Each rule is an action of the simulator, with dice of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.world = self.open.enter_context(world.begun(0, ("hall", "library")))

    def does(self, chosen: Action, seed: int) -> None:
        self.world.dice = Random(seed)
        try:
            chosen.do(self.world)
        except Killed:
            self.world.forgives()

    @rule(chosen=st.sampled_from(story.SAYING), seed=dice)
    def somebody_says_something(self, chosen: Action, seed: int) -> None:
        self.does(chosen, seed)

    @rule(chosen=st.sampled_from(FAILING), seed=dice)
    def something_fails(self, chosen: Action, seed: int) -> None:
        self.does(chosen, seed)

    @rule(asker=st.integers(0, 1), seed=dice, chance=st.sampled_from([0.0, 0.1, 0.3]), small=st.booleans())
    def one_asks_the_other(self, asker: int, seed: int, chance: float, small: bool) -> None:
        faults = Faults(Random(seed), chance, chance, chance, chance, small)
        self.world.network.visit(self.world.machines[asker], self.world.machines[1 - asker], faults)

    @rule()
    def both_ask_until_nothing_is_new(self) -> None:
        settle(self.world)
        agree(self.world)
        keep_what_was_acknowledged(self.world)

    def teardown(self) -> None:
        with self.open:
            self.world.dice = Random(0)
            judge(self.world)


TestTwoNodes = TwoNodes.TestCase
TestTwoNodes.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.long
class TestTwoNodesForLong(TwoNodes.TestCase):
    settings = settings(
        max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )
