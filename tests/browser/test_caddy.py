"""docs/Caddyfile under Caddy itself, where it is installed (Debian's package caddy): headers, and pages through it."""

import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from paths import ROOT
from test_hostile_journeys import headers

sys.path.append(str(ROOT / "tests" / "bench"))
from visitor import Visitor

CADDY = shutil.which("caddy") or ""
pytestmark = pytest.mark.skipif(not CADDY, reason="needs Caddy: apt-get install caddy")

OURS, NAME, UPSTREAM = ROOT / "docs" / "Caddyfile", "households.example.org", "127.0.0.1:8501"
QUIET = "{\n\tadmin off\n\tauto_https off\n}\n"


@pytest.fixture(scope="module")
def proxied(server, tmp_path_factory):
    """The address of Caddy in front of the app; on loopback it needs no certificate."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("caddy")
    told = OURS.read_text(encoding="utf-8").replace(UPSTREAM, server.removeprefix("http://"))
    here = told.replace(f"wss://{NAME}", address.replace("http", "ws")).replace(f"\n{NAME} {{", f"\n{address} {{")
    (folder / "Caddyfile").write_text(QUIET + here, encoding="utf-8")
    command = [CADDY, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={"HOME": str(folder)}) as caddy:
        assert any("serving initial configuration" in line for line in caddy.stderr)
        yield address
        caddy.terminate()


def answer(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as found:
            return found.status, found.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_caddy_takes_the_file_as_it_is(tmp_path):
    command = [CADDY, "validate", "--config", str(OURS), "--adapter", "caddyfile"]
    subprocess.run(command, check=True, capture_output=True, env={"HOME": str(tmp_path)})


@pytest.mark.parametrize("path", ["/", "/two_features", "/_stcore/health"])
def test_every_answer_has_the_headers(proxied, path):
    status, found = answer(proxied + path)
    assert status == 200
    assert "Server" not in found
    for name, value in headers().items():
        assert found[name] == value.replace(f"wss://{NAME}", proxied.replace("http", "ws"))


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/x"])
def test_what_streamlit_tells_of_itself_is_not_to_be_had(proxied, path):
    assert answer(proxied + path)[0] == 404


def test_a_page_comes_through_it(proxied):
    with Visitor(proxied, "methods") as visitor:
        visitor.settle()
        assert visitor.can("Survey")
