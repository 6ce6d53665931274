"""Where labelled cases can come from, as rows: whoever may see them, and how one set is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from ecg_core.evidence.values import CaseSet, Origin
from ecg_core.network.card import ModelCard
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission
from widgets.performance.cases import own_sets, practice_data, sources


@dataclass(frozen=True)
class Source:
    """One source of labelled cases.

    needs: what one must be allowed to do to see them, any of these. choose: the chosen set, or None
    where there is none, which it says; given the answering model's card and the bar for choices.
    """

    origin: Origin
    needs: tuple[Permission, ...]
    choose: Callable[[ModelCard, DeltaGenerator], CaseSet | None]

    def is_open_to(self, account: Account) -> bool:
        """Whether somebody may see them."""
        return any(account.may(one) for one in self.needs)


SOURCES: dict[Origin, Source] = {
    one.origin: one
    for one in (
        Source(Origin.SHIPPED, (Permission.SEE_PERFORMANCE,), sources.choose),
        Source(
            Origin.OWN,
            (Permission.SEE_LABELLED, Permission.STOP_LABELLED),
            lambda card, bar: own_sets.choose(card),
        ),
        Source(
            Origin.ADJUDICATED,
            (Permission.OPEN_CASE,),
            lambda card, bar: practice_data.adjudicated(card),
        ),
    )
}
