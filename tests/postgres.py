"""A real PostgreSQL server on loopback, for as long as a block lasts."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from free_ports import free_port

_START_SECONDS = 30.0


def find(program: str) -> str | None:
    """A program of the server: on PATH, or where Debian keeps it."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(debian[-1]) if debian else shutil.which(program)


class Server:
    """One server. ``url`` leads to an empty database that tests may make others beside."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port
        self.url = f"postgresql://homeroom@127.0.0.1:{port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(self._folder), "fsync": "off"}
        command = [str(find("postgres")), "-D", str(self._folder / "data"), "-p", str(self.port)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=_user())
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text())
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut does: nobody is told."""
        if self._process:
            for pid in (self._process.pid, *_children(self._process.pid)):
                os.kill(pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            self._process = None

    def freeze(self, *, frozen: bool) -> None:
        """Let it hang: connections stay open, and nothing is answered; or let it go on."""
        assert self._process
        for pid in (self._process.pid, *_children(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def ask(self, statement: str) -> str:
        """Run a statement in the first database."""
        command = ["psql", "-qAtc", statement, self.url]
        return subprocess.run(command, check=True, capture_output=True, timeout=60, text=True).stdout.strip()

    def stop(self) -> None:
        """Stop it as a machine that goes down does: connections break."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)
            self._process = None

    def table_files(self, url: str) -> list[Path]:
        """The files of a database, with everything written out; not the server's write-ahead log."""
        subprocess.run(["psql", "-qAtc", "CHECKPOINT", url], check=True, capture_output=True, timeout=60)
        query = "SELECT oid FROM pg_database WHERE datname = current_database()"
        asked = subprocess.run(["psql", "-qAtc", query, url], check=True, capture_output=True, timeout=60)
        base = self._folder / "data" / "base" / asked.stdout.decode().strip()
        return [file for file in base.iterdir() if file.is_file()]

    def _answers(self) -> bool:
        ready = [str(find("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres"]
        return subprocess.run(ready, check=False, timeout=10).returncode == 0


@contextmanager
def server() -> Iterator[Server]:
    """Make a server in a folder of its own. It refuses to run as root, so root lends it to nobody."""
    folder = Path(tempfile.mkdtemp(prefix="homeroom-pg-"))
    try:
        if (user := _user()) is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        command = [str(find("initdb")), "-D", str(folder / "data"), "-U", "homeroom", "-A", "trust", "--no-sync"]
        subprocess.run([*command, "-E", "UTF8"], check=True, capture_output=True, timeout=60, user=user, cwd="/")
        running = Server(folder, free_port())
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standby_of(primary: Server) -> Iterator[Server]:
    """A copy of a server that follows it; from now on the first commits only what the second has, too."""
    folder = Path(tempfile.mkdtemp(prefix="homeroom-pg-"))
    try:
        if (user := _user()) is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        command = ["pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "homeroom", "-R", "-c", "fast"]
        command = [*command, "-D", str(folder / "data"), "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, timeout=120, user=user, cwd="/")
        second = Server(folder, free_port())
        second.start()
        try:
            primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.ask("SELECT pg_reload_conf()")
            yield second
        finally:
            second.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _user() -> str | None:
    return "nobody" if os.getuid() == 0 else None
