"""A real django-helpdesk on loopback, for as long as a block lasts: one queue, one field for keys, one bot.

It runs in a process of its own, because Django keeps its settings in one place for a whole process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from failing_database import without_table
from free_ports import free_port

FIELD, USER, PASSWORD, EMAIL, QUEUE = "homeroom_key", "homeroom", "bot-of-the-tests", "homeroom@helpdesk.test", 1
STRANGER = "stranger"
_START_SECONDS = 120.0

_SITE = """
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

FOLDER, PORT = Path(sys.argv[1]), sys.argv[2]
settings.configure(
    SECRET_KEY="of-the-tests-and-nothing-else", DEBUG=False, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "helpdesk.sqlite3"}},
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
        "django.contrib.humanize", "django.contrib.messages", "django.contrib.admin", "rest_framework",
        "rest_framework.authtoken", "helpdesk",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication", "rest_framework.authentication.BasicAuthentication",
    ]},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=FOLDER / "mail",
    SITE_ID=1, USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.AutoField", STATIC_URL="/static/",
    MEDIA_ROOT=FOLDER / "media", HELPDESK_TEAMS_MODE_ENABLED=False,
)
django.setup()
urlpatterns = [path("helpdesk/", include("helpdesk.urls"))]


def fill(field, user, password, email, stranger):
    from django.contrib.auth import get_user_model
    from helpdesk.models import CustomField, Queue
    from rest_framework.authtoken.models import Token

    call_command("migrate", verbosity=0)
    Queue.objects.create(title="Network", slug="network")
    CustomField.objects.create(name=field, label="Homeroom", data_type="varchar", max_length=80, staff_only=False)
    CustomField.objects.create(name="hidden_key", label="Hidden", data_type="varchar", max_length=80, staff_only=True)
    people = get_user_model().objects
    bot = people.create_user(user, email, password, is_staff=True)
    people.create_user(stranger, "stranger@helpdesk.test", password)
    (FOLDER / "token").write_text(Token.objects.create(user=bot).key)


if not (FOLDER / "helpdesk.sqlite3").exists():
    fill(*sys.argv[3:])
call_command("runserver", f"127.0.0.1:{PORT}", use_reloader=False, verbosity=0)
"""


@dataclass
class Helpdesk:
    """One server with its database in one folder."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where its pages begin."""
        return f"http://127.0.0.1:{self.port}/helpdesk"

    @property
    def token(self) -> str:
        """The bot's."""
        return (self.folder / "token").read_text()

    def mails(self) -> list[str]:
        """Everything that it wrote to anybody."""
        return [each.read_text() for each in sorted((self.folder / "mail").glob("*"))]

    def without_table(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Its own database fails it, for as long as the block lasts."""
        return without_table(self.folder / "helpdesk.sqlite3", name)

    def answers(self) -> bool:
        """Whether it can be asked as the bot."""
        said = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(f"{self.url}/api/tickets/", headers={"Authorization": f"Basic {said}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Helpdesk]:
    """A django-helpdesk of one's own in a folder."""
    desk, site = Helpdesk(folder, free_port()), folder / "site_of_tests.py"
    site.write_text(_SITE)
    command = [sys.executable, str(site), str(folder), str(desk.port), FIELD, USER, PASSWORD, EMAIL, STRANGER]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not desk.answers():
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError((folder / "server.log").read_text(errors="replace"))
            time.sleep(0.1)
        yield desk
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
