"""Signing in, where the server's secrets name a provider (``[auth]``); where they do not, whoever comes may look."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException, StreamlitMissingAuthlibError, StreamlitSecretNotFoundError

from lib.words import literal

_SECTION = "auth"
_NO_SECRETS = "no-secrets-found"
_PATIENCE = 5.0
"""Seconds for a provider to answer."""

_log = logging.getLogger(__name__)


def is_wanted() -> bool:
    """Whether this visitor has to sign in first; so has everybody where secrets are there and cannot be read."""
    try:
        return _SECTION in st.secrets and not st.user.get("is_logged_in")
    except StreamlitSecretNotFoundError as error:
        return error.error_id != _NO_SECRETS


def ask() -> None:
    """The page of who has to sign in first."""
    st.title("Household Segments")
    if not st.secrets.load_if_toml_exists():
        _refuse("the server's secrets cannot be read")
        return
    st.markdown("Sign in to look at the data. A link that brought you here can be opened again afterwards.")
    for provider in _providers(st.secrets[_SECTION]):
        label = f"Sign in with {literal(provider)}" if provider else "Sign in"
        if st.button(label, icon=":material/login:", key=f"sign_in_{provider}"):
            _go(provider)


def render() -> None:
    """Who is signed in, if anybody is, and the way out."""
    if st.user.get("is_logged_in"):
        who = st.user.get("email") or st.user.get("name") or st.user.get("sub") or "somebody"
        with st.sidebar:
            st.caption(f"Signed in as {literal(str(who))}.")
            st.button("Sign out", icon=":material/logout:", key="sign_out", on_click=st.logout)


def _providers(section: Mapping[str, Any]) -> list[str | None]:
    """Those that have a name and parts of their own, and the one that has neither."""
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    return [*([None] if "client_id" in section or not named else []), *named]


def _go(provider: str | None) -> None:
    """Send the browser to a provider, if it answers: where it does not Streamlit shows two words on an empty page."""
    section = st.secrets[_SECTION]
    if not _answers((section[provider] if provider else section).get("server_metadata_url")):
        _refuse("the provider does not answer; try again later")
        return
    try:
        st.login(provider)
    except StreamlitMissingAuthlibError:
        _refuse("it takes `pip install -r requirements-auth.txt` on the server")
    except StreamlitAPIException:
        _log.exception("Nobody can sign in")
        _refuse(f"`[{_SECTION}]` in the server's secrets is not complete")


def _answers(url: str | None) -> bool:
    """Whether a provider tells how to sign in with it; one without an address is Streamlit's to refuse."""
    import requests  # nobody else needs it on the way to a first page

    if not url:
        return True
    try:
        requests.get(url, timeout=_PATIENCE).raise_for_status()
    except requests.RequestException:
        _log.exception("The provider does not answer")
        return False
    return True


def _refuse(why: str) -> None:
    st.error(f"Nobody can sign in: {why}. The server's log says more.", icon=":material/lock:")
