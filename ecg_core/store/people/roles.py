"""Who may do what: a table of roles and actions, asked before every page, action and download.

The table is written to be read by the head of a service. A person may hold several roles and may
do what any of them may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ecg_core.store.upkeep.errors import StoreError


class Role(StrEnum):
    """What a person is in the reading room."""

    READER = "reader"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, str] = {
    Role.READER: "Reader",
    Role.LEAD: "Lead",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
}


class Permission(StrEnum):
    """One thing that may be done."""

    SEE_WORKLIST = "see_worklist"
    OPEN_CASE = "open_case"
    ADD_ECGS = "add_ecgs"
    READ = "read"
    ADJUDICATE = "adjudicate"
    ASSIGN = "assign"
    WITHDRAW = "withdraw"
    SEE_PERFORMANCE = "see_performance"
    SEE_LABELLED = "see_labelled"
    STOP_LABELLED = "stop_labelled"
    REMOVE_LABELLED = "remove_labelled"
    SEE_READERS = "see_readers"
    EXPORT_CASE = "export_case"
    EXPORT_IDENTIFIERS = "export_identifiers"
    SEE_ORIGINALS = "see_originals"
    SEE_AUDIT = "see_audit"
    EXPORT_AUDIT = "export_audit"
    CHANGE_RULES = "change_rules"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_ACCOUNTS = "manage_accounts"


PERMISSION_NAMES: dict[Permission, str] = {
    Permission.SEE_WORKLIST: "See the worklist",
    Permission.OPEN_CASE: "Open a case",
    Permission.ADD_ECGS: "Add ECGs",
    Permission.READ: "Read and decide",
    Permission.ADJUDICATE: "Adjudicate disagreements",
    Permission.ASSIGN: "Assign cases to others",
    Permission.WITHDRAW: "Withdraw cases",
    Permission.SEE_PERFORMANCE: "See how well the model does",
    Permission.SEE_LABELLED: "See labelled ECGs and their sets",
    Permission.STOP_LABELLED: "Stop and resume labelled sets of others",
    Permission.REMOVE_LABELLED: "Remove labelled sets of others",
    Permission.SEE_READERS: "See readers' performance",
    Permission.EXPORT_CASE: "Export reports without identifiers",
    Permission.EXPORT_IDENTIFIERS: "Export identifiers",
    Permission.SEE_ORIGINALS: "Download original files",
    Permission.SEE_AUDIT: "See the audit trail",
    Permission.EXPORT_AUDIT: "Export the audit trail",
    Permission.CHANGE_RULES: "Change the priority rule and note templates",
    Permission.CHANGE_SETTINGS: "Change settings",
    Permission.MANAGE_ACCOUNTS: "Manage accounts",
}

_READING = frozenset(
    {
        Permission.SEE_WORKLIST,
        Permission.OPEN_CASE,
        Permission.ADD_ECGS,
        Permission.READ,
        Permission.EXPORT_CASE,
        Permission.SEE_ORIGINALS,
        Permission.SEE_PERFORMANCE,
        Permission.SEE_LABELLED,
    }
)

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.READER: _READING,
    Role.LEAD: _READING
    | {
        Permission.ADJUDICATE,
        Permission.ASSIGN,
        Permission.WITHDRAW,
        Permission.STOP_LABELLED,
        Permission.REMOVE_LABELLED,
        Permission.SEE_READERS,
        Permission.EXPORT_IDENTIFIERS,
        Permission.SEE_AUDIT,
        Permission.EXPORT_AUDIT,
        Permission.CHANGE_RULES,
    },
    # No clinical edits: sees that work is done, not more.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_WORKLIST,
            Permission.SEE_PERFORMANCE,
            Permission.STOP_LABELLED,
            Permission.SEE_AUDIT,
            Permission.CHANGE_RULES,
            Permission.CHANGE_SETTINGS,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
    # Reads all, changes nothing.
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_WORKLIST,
            Permission.OPEN_CASE,
            Permission.SEE_PERFORMANCE,
            Permission.SEE_LABELLED,
            Permission.SEE_READERS,
            Permission.EXPORT_CASE,
            Permission.SEE_ORIGINALS,
            Permission.SEE_AUDIT,
            Permission.EXPORT_AUDIT,
        }
    ),
}


class NotAllowedError(StoreError):
    """A person asked for something that none of their roles may do."""


@dataclass(frozen=True)
class Actor:
    """Who acts: an account with its roles, or a program without an account.

    name: as shown and kept in events. account: the account's id, "" for programs.
    """

    name: str
    account: str = ""
    roles: frozenset[Role] = frozenset()

    @property
    def role(self) -> str:
        """The roles as one text for an event, in the order of the table; "" for programs."""
        return "+".join(role for role in Role if role in self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles allows this."""
        return allowed(self.roles, permission)

    def require(self, permission: Permission) -> None:
        """Raises NotAllowedError unless this is allowed."""
        if not self.may(permission):
            what = PERMISSION_NAMES[permission]
            who = " and ".join(sorted(ROLE_NAMES[role].lower() for role in self.roles))
            raise NotAllowedError(
                f"Not allowed for {f'the role {who}' if who else 'an account without a role'}: "
                f"{what[0].lower()}{what[1:]}.",
                "Ask an administrator for the role.",
            )


def allowed(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether any of these roles may do this.

    >>> allowed([Role.READER], Permission.READ), allowed([Role.AUDITOR], Permission.READ)
    (True, False)
    """
    return any(permission in ALLOWED[role] for role in roles)
