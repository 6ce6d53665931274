"""Own labelled sets as one person may handle them: the roles are asked first, events tell of it."""

from __future__ import annotations

from ecg_core.evidence.own_sets import scoring
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.store.audit import chain
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission


class SetRoom:
    """The sets of a store, for one person.

    Whoever brought a set in may stop, resume and remove it; of sets of others the table of roles
    says who may. Methods raise NotAllowedError or another StoreError, and then nothing was done.
    """

    def __init__(self, store: Store, account: Account) -> None:
        self._store = store
        self._account = account

    def may_stop(self, labelled: LabelledSet) -> bool:
        """Whether this person may stop and resume the scoring of a set."""
        return self._account.may(self._needed(labelled, Permission.STOP_LABELLED))

    def may_remove(self, labelled: LabelledSet) -> bool:
        """Whether this person may remove a set."""
        return self._account.may(self._needed(labelled, Permission.REMOVE_LABELLED))

    def brought_in(self, labelled: LabelledSet) -> None:
        """Note that this person brought a set in."""
        self._account.actor.require(Permission.ADD_ECGS)
        self._note(labelled, "added", cases=labelled.info.cases)

    def stop(self, labelled: LabelledSet) -> None:
        """Stop the scoring after what it is doing."""
        self._account.actor.require(self._needed(labelled, Permission.STOP_LABELLED))
        self._note(labelled, "stopped", answered=labelled.done())
        labelled.cancel()

    def resume(self, labelled: LabelledSet) -> None:
        """Go on with the scoring."""
        self._account.actor.require(self._needed(labelled, Permission.STOP_LABELLED))
        self._note(labelled, "resumed", answered=labelled.done())
        labelled.cancel(False)
        scoring.start(labelled)

    def remove(self, labelled: LabelledSet) -> None:
        """Remove a set with its files."""
        self._account.actor.require(self._needed(labelled, Permission.REMOVE_LABELLED))
        self._note(labelled, "removed")
        labelled.delete()

    def _needed(self, labelled: LabelledSet, of_others: Permission) -> Permission:
        # Sets from before owners were kept belong to nobody.
        own = labelled.info.owner == self._account.id
        return Permission.ADD_ECGS if own else of_others

    def _note(self, labelled: LabelledSet, what: str, **more: int) -> None:
        info = labelled.info
        payload = {"labelled_set": info.id, "name": info.name, **more, "what": what}
        with self._store.appending() as session:
            head = chain.lock_head(session)
            chain.append(session, head, Action.CONFIGURATION, self._account.actor, None, payload)
