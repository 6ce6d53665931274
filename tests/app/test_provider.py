"""What an identity provider says of a person: groups become roles, and its cookie a token."""

from __future__ import annotations

import pytest
import streamlit as st

from ecg_core.store.people.roles import Role
from ecg_core.store.upkeep.errors import StoreError
from server import cookies, provider

GROUPS = {"claim": "groups", "roles": {"ecg-readers": "reader", "ecg-leads": "lead"}}


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"groups": ["ecg-readers", "cyclists"]}, {Role.READER}),
        ({"groups": ["ecg-readers", "ecg-leads"]}, {Role.READER, Role.LEAD}),
        ({"groups": "ecg-leads"}, {Role.LEAD}),
        ({"groups": ["cleaners"]}, set()),
        ({"groups": None}, set()),
        ({}, set()),
    ],
)
def test_groups_become_roles(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, object], roles: set[Role]
) -> None:
    monkeypatch.setattr(st, "secrets", {"sign_in": GROUPS})
    assert provider.roles_of(claims) == roles


def test_without_groups_administrators_give_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "secrets", {"auth": {"client_id": "x"}})
    assert provider.roles_of({"groups": ["ecg-readers"]}) is None


def test_a_role_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "secrets", {"sign_in": {"roles": {"ecg-readers": "raeder"}}})
    with pytest.raises(StoreError, match="does not exist: raeder"):
        provider.roles_of({"groups": ["ecg-readers"]})


def test_a_cookie_in_pieces_is_as_good_as_one() -> None:
    """Of two people whose cookies have as many pieces, the first pieces may be the same."""
    first = {"_streamlit_user": "chunks-2", "_streamlit_user_1": "a", "_streamlit_user_2": "b"}
    second = first | {"_streamlit_user_2": "c"}
    tokens = {cookies.provider_token(one) for one in (first, second, {"_streamlit_user": "x"})}
    assert len(tokens) == 3
    assert None not in tokens
    assert cookies.provider_token({"other": "x"}) is None
