"""Where the secrets name a provider, nobody sees anything before it has let them in; a fresh server, by a deep link."""

import pytest
from playwright.sync_api import expect
from server import serve, settle

pytestmark = pytest.mark.browser

SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "for this test alone, and for no other"
client_id = "households"
client_secret = "kept"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"
"""


@pytest.fixture
def guarded(tmp_path):
    """A server on which visitors have to sign in."""
    from oidc_provider_mock import run_server_in_thread  # takes seconds to load

    with run_server_in_thread() as provider:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(SECRETS.format(provider=provider.server_port), encoding="utf-8")
        with serve(tmp_path, options=("--secrets.files", str(secrets))) as address:
            yield address


def test_who_has_signed_in_sees_the_app_and_nobody_else_does(guarded, page):
    page.route("https://**", lambda route: route.abort())  # the provider's page asks for a style from elsewhere
    page.goto(f"{guarded}/two_features?who=fearful")
    settle(page)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill("*jane*@bank.example")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_test_id("stVegaLiteChart").first.wait_for()
    expect(page.get_by_text("Signed in as *jane*@")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end_session?**")  # the provider hears of it, too
    page.goto(f"{guarded}/methods")
    page.get_by_role("button", name="Sign in").wait_for()
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
