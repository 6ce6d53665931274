"""Signing in at an identity provider (OIDC): configured in Streamlit's secrets, used by st.login.

`.streamlit/secrets.toml` then has a section [auth] with redirect_uri, cookie_secret, client_id,
client_secret and server_metadata_url, and may have a section [sign_in] that says which groups of
the provider have which roles here; docs/DEPLOY.md shows both whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from ecg_core.store.people.roles import Role
from ecg_core.store.upkeep.errors import StoreError

ASKED = "provider"
"""Query parameter by which the sign-in page sends a person to the provider."""


def configured() -> bool:
    """Whether an identity provider is configured."""
    return bool(_section("auth"))


def roles_of(claims: Mapping[str, Any]) -> frozenset[Role] | None:
    """The roles that a person's groups have here; none of them for a person without such a group.

    claims: what the provider says of the person. None when no groups are configured: then
    administrators give roles. Raises StoreError for a role that does not exist.
    """
    section = _section("sign_in")
    groups: Mapping[str, str] = section.get("roles", {})
    if not groups:
        return None
    unknown = sorted({role for role in groups.values() if role not in set(Role)})
    if unknown:
        raise StoreError(
            f"secrets.toml names a role that does not exist: {unknown[0]}.",
            f"Under [sign_in.roles] stand {', '.join(Role)}.",
        )
    said = claims.get(section.get("claim", "groups")) or ()
    held = {said} if isinstance(said, str) else set(said)
    return frozenset(Role(role) for group, role in groups.items() if group in held)


def _section(name: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = st.secrets.get(name) or {}
    except (StreamlitSecretNotFoundError, FileNotFoundError):
        return {}
    return found
