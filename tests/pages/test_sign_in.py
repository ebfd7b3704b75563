"""Who has to sign in sees nothing before; that others see nothing of it is asserted in tests/test_container.py."""

import pytest
from paths import ROOT
from streamlit.testing.v1 import AppTest

PROVIDER = {"client_id": "a", "client_secret": "b", "server_metadata_url": "http://127.0.0.1:9/none"}
AUTH = {"redirect_uri": "http://127.0.0.1:8501/oauth2callback", "cookie_secret": "c" * 32}


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens the app with secrets."""
    monkeypatch.setenv("SCF_DOWNLOADS", str(tmp_path))

    def go(**secrets):
        at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
        at.secrets.update(secrets)
        return at.run()

    return go


def shows_nothing(at):
    assert not at.exception
    assert [*at.sidebar.children, *at.selectbox, *at.metric, *at.get("vega_lite_chart")] == []


@pytest.mark.parametrize(
    ("auth", "labels"),
    [
        ({**AUTH, **PROVIDER}, ["Sign in"]),
        ({**AUTH, "bank": PROVIDER, "post": PROVIDER}, ["Sign in with bank", "Sign in with post"]),
    ],
    ids=["one provider", "two"],
)
def test_nothing_is_shown_before_somebody_has_signed_in(opened, auth, labels):
    at = opened(auth=auth)
    assert [button.label for button in at.button] == labels
    shows_nothing(at)


def test_what_keeps_anybody_from_signing_in_is_said_in_a_sentence(opened, monkeypatch):
    at = opened(auth={"cookie_secret": "c" * 32})
    at.button[0].click().run()
    assert [error.value for error in at.error] == [
        "Nobody can sign in: `[auth]` in the server's secrets is not complete. The server's log says more."
    ]
    monkeypatch.setattr("streamlit.user_info.is_authlib_installed", lambda: False)
    at.button[0].click().run()
    assert "pip install -r requirements-auth.txt" in at.error[0].value
    assert not at.exception


@pytest.mark.parametrize("section", [PROVIDER, {"bank": PROVIDER}], ids=["one provider", "one by name"])
def test_a_provider_that_cannot_be_reached_is_said_before_anybody_is_sent_there(opened, section):
    at = opened(auth={**AUTH, **section})
    at.button[0].click().run()
    assert [error.value for error in at.error] == [
        "Nobody can sign in: the provider does not answer; try again later. The server's log says more."
    ]
    shows_nothing(at)


def test_secrets_that_cannot_be_read_let_nobody_in(opened, tmp_path, monkeypatch):
    from streamlit import config

    broken = tmp_path / "secrets.toml"
    broken.write_text('[auth\nclient_id = "a"', encoding="utf-8")
    monkeypatch.setattr("streamlit.runtime.secrets.secrets_singleton._secrets", None)
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(broken)])
    try:
        at = opened()
    finally:
        config.set_option("secrets.files", before)
    assert ["secrets cannot be read" in error.value for error in at.error] == [True]
    assert not at.button
    shows_nothing(at)
