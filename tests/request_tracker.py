"""A real Request Tracker 5 on loopback, for as long as a block lasts: one queue, one field for keys, one bot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from free_ports import free_port

SETUP = "rt-setup-database-5"
QUEUE, FIELD = "Network", "HomeroomKey"
_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
_START_SECONDS = 120.0
_RIGHTS = (
    "SeeQueue ShowTicket ShowTicketComments CreateTicket CommentOnTicket ReplyToTicket ModifyTicket "
    "SeeCustomField ModifyCustomField SetInitialCustomField"
)

_SITE = """
Set($rtname, 'rt.test'); Set($Organization, 'rt.test'); Set($Timezone, 'UTC');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebSecureCookies, 0);
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.sqlite3');
Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'warning');
Set($MasonDataDir, '{folder}/mason'); Set($MasonSessionDir, '{folder}/sessions');
Set($MailCommand, 'testfile');
Set($BcryptCost, 10); # the least that RT allows: each call with a token costs one
1;
"""

# The bot may do what Homeroom needs in one queue. A second token belongs to somebody who may do nothing there.
_SEED = """
@Queues = ({{ Name => '{queue}', Description => 'What monitoring finds' }});
@CustomFields = ({{ Name => '{field}', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket',
                   MaxValues => 1, Queue => '{queue}', Description => 'key of the incident' }});
@Users = (
  {{ Name => 'homeroom', EmailAddress => 'homeroom@rt.test', Privileged => 1, Password => 'bot-of-the-tests' }},
  {{ Name => 'stranger', EmailAddress => 'stranger@rt.test', Privileged => 1, Password => 'bot-of-the-tests' }},
);
@ACL = (map {{ {{ UserId => 'homeroom', Queue => '{queue}', Right => $_ }} }} qw({rights}));
@Final = (sub {{
  require RT::AuthToken;
  for my $name (qw(homeroom stranger)) {{
    my $user = RT::User->new(RT->SystemUser);
    $user->Load($name);
    my ($id, $why, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'tests');
    die $why unless $id;
    open my $out, '>', "{folder}/$name.token" or die $!;
    print $out $token;
    close $out;
  }}
}});
1;
"""


def program() -> str | None:
    """The program that sets up RT's database, where RT is installed."""
    return shutil.which(SETUP, path=os.environ["PATH"] + ":/usr/sbin") if _SERVER.exists() else None


@dataclass
class RequestTracker:
    """One server. It can be stopped and started again, and keeps its tickets."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_file(self) -> Path:
        return self.folder / "homeroom.token"

    @property
    def stranger_file(self) -> Path:
        return self.folder / "stranger.token"

    def set_up(self) -> None:
        """Make the database."""
        for name in ("mason", "sessions", "site.d"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "RT_SiteConfig.pm").write_text(_SITE.format(port=self.port, folder=self.folder))
        seed = self.folder / "seed.pl"
        seed.write_text(_SEED.format(queue=QUEUE, field=FIELD, rights=_RIGHTS, folder=self.folder))
        password = self.folder / "root-password"
        password.write_text("root-of-the-tests\n")
        self._run("--action", "init", "--root-password-file", str(password))
        self._run("--action", "insert", "--datafile", str(seed))

    def _run(self, *arguments: str) -> None:
        ran = subprocess.run(
            [str(program()), *arguments], env=self._environment, capture_output=True, timeout=120, check=False
        )
        if ran.returncode:
            raise RuntimeError((ran.stdout + ran.stderr).decode(errors="replace"))

    @property
    def _environment(self) -> dict[str, str]:
        place = {"RT_SITE_CONFIG": f"{self.folder}/RT_SiteConfig.pm", "RT_SITE_CONFIG_DIR": f"{self.folder}/site.d"}
        return os.environ | place

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = ["perl", str(_SERVER), "--host", "127.0.0.1", "--port", str(self.port), "--max-workers", "2"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.folder / "server.log").read_text(errors="replace"))
            time.sleep(0.1)

    def _answers(self) -> bool:
        headers = {"Authorization": f"token {self.token_file.read_text()}"}
        request = urllib.request.Request(f"{self.url}/REST/2.0/rt", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop it with all its workers."""
        if self._process is None:
            return
        for number, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(timeout=seconds)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
            break
        self._process = None


@contextmanager
def running(folder: Path) -> Iterator[RequestTracker]:
    """A Request Tracker of one's own in a folder."""
    tracker = RequestTracker(folder)
    tracker.set_up()
    tracker.start()
    try:
        yield tracker
    finally:
        tracker.stop()
