"""Signing in at an identity provider (OIDC): configured in Streamlit's secrets, used by st.login.

`.streamlit/secrets.toml` then has a section [auth] with redirect_uri, cookie_secret, client_id,
client_secret and server_metadata_url; docs/DEPLOY.md shows it whole.
"""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

ASKED = "provider"
"""Query parameter by which the sign-in page sends a person to the provider."""


def configured() -> bool:
    """Whether an identity provider is configured."""
    try:
        section = st.secrets.get("auth")
    except (StreamlitSecretNotFoundError, FileNotFoundError):
        return False
    return bool(section)
