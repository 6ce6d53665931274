"""Who may do what: every role against every action, written out a second time."""

from __future__ import annotations

import pytest

from ecg_core.store.people.roles import PERMISSION_NAMES, Actor, NotAllowedError, Permission, Role

READER, LEAD, ADMINISTRATOR, AUDITOR = Role

TABLE: dict[Permission, set[Role]] = {
    Permission.SEE_WORKLIST: {READER, LEAD, ADMINISTRATOR, AUDITOR},
    Permission.OPEN_CASE: {READER, LEAD, AUDITOR},
    Permission.ADD_ECGS: {READER, LEAD},
    Permission.READ: {READER, LEAD},
    Permission.ADJUDICATE: {LEAD},
    Permission.ASSIGN: {LEAD},
    Permission.WITHDRAW: {LEAD},
    Permission.SEE_PERFORMANCE: {READER, LEAD, ADMINISTRATOR, AUDITOR},
    Permission.SEE_LABELLED: {READER, LEAD, AUDITOR},
    Permission.STOP_LABELLED: {LEAD, ADMINISTRATOR},
    Permission.REMOVE_LABELLED: {LEAD},
    Permission.SEE_READERS: {LEAD, AUDITOR},
    Permission.EXPORT_CASE: {READER, LEAD, AUDITOR},
    Permission.EXPORT_IDENTIFIERS: {LEAD},
    Permission.SEE_ORIGINALS: {READER, LEAD, AUDITOR},
    Permission.SEE_AUDIT: {LEAD, ADMINISTRATOR, AUDITOR},
    Permission.EXPORT_AUDIT: {LEAD, AUDITOR},
    Permission.CHANGE_RULES: {LEAD, ADMINISTRATOR},
    Permission.CHANGE_SETTINGS: {ADMINISTRATOR},
    Permission.MANAGE_ACCOUNTS: {ADMINISTRATOR},
}
CHANGES = {
    Permission.ADD_ECGS,
    Permission.READ,
    Permission.ADJUDICATE,
    Permission.ASSIGN,
    Permission.WITHDRAW,
    Permission.STOP_LABELLED,
    Permission.REMOVE_LABELLED,
    Permission.CHANGE_RULES,
    Permission.CHANGE_SETTINGS,
    Permission.MANAGE_ACCOUNTS,
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_every_cell_of_the_table(role: Role, permission: Permission) -> None:
    person = Actor("P", "p", frozenset({role}))
    assert person.may(permission) == (role in TABLE[permission])
    if role not in TABLE[permission]:
        with pytest.raises(NotAllowedError, match=f"the role {role}"):
            person.require(permission)


def test_an_auditor_changes_nothing_and_nobody_without_a_role_does_anything() -> None:
    auditor, nobody = Actor("A", "a", frozenset({AUDITOR})), Actor("N", "n")
    assert not any(auditor.may(permission) for permission in CHANGES)
    assert not any(nobody.may(permission) for permission in Permission)


def test_roles_add_up() -> None:
    both = Actor("B", "b", frozenset({AUDITOR, ADMINISTRATOR}))
    assert both.may(Permission.EXPORT_AUDIT) and both.may(Permission.MANAGE_ACCOUNTS)
    assert not both.may(Permission.READ)
    assert both.role == "administrator+auditor"


def test_every_action_has_a_name() -> None:
    assert set(PERMISSION_NAMES) == set(Permission)
