"""Letters as a real mail server takes them, and what it says when it does not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from free_ports import free_port
from homeroom_collector.errors import ConfigError
from homeroom_collector.mail import (
    Attachment,
    Letter,
    MailDeniedError,
    MailDownError,
    MailRefusedError,
    MailServer,
    MailSettings,
)
from homeroom_collector.mail.settings import problems
from homeroom_collector.secret import SecretSource
from postbox import Mailbox

PLAIN = Letter(key="k", to="pat@d.example", subject="Übergang ist weg", text="First\n.\n..dots\n" + "long " * 400)


async def test_a_letter_arrives_as_it_was_written(box: Mailbox):
    pdf = Attachment(name="lincoln-2026-10.pdf", kind="application/pdf", content=bytes(range(256)) * 50)
    await box.server.send(
        Letter(
            key="letter-1",
            to="pat@d.example",
            subject=PLAIN.subject,
            text=PLAIN.text,
            html="<p>Größe</p>",
            attachments=(pdf,),
        )
    )
    [message] = box.messages
    assert (message["Subject"], message["From"], message["Message-ID"]) == (
        "Übergang ist weg",
        "homeroom@d.example",
        "<letter-1@d.example>",
    )
    assert box.text_to("pat@d.example").rstrip("\n") == PLAIN.text.rstrip("\n")
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>Größe</p>"
    [attached] = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (pdf.name, pdf.kind)
    assert attached.get_payload(decode=True) == pdf.content


async def test_a_refusal_says_whether_waiting_helps_and_that_nothing_was_taken(box: Mailbox):
    box.answers = ["451 come back later", "550 nobody here"]
    with pytest.raises(MailDownError, match="451") as later:
        await box.server.send(PLAIN)
    with pytest.raises(MailRefusedError, match="550") as never:
        await box.server.send(PLAIN)
    with pytest.raises(MailDownError) as away:
        await MailServer(MailSettings(host="127.0.0.1", port=free_port(), sender="us@d.example")).greet()
    assert [each.value.unsure for each in (later, never, away)] == [False] * 3


async def test_an_answer_that_is_lost_leaves_doubt(box: Mailbox):
    box.lost = 1
    with pytest.raises(MailDownError) as caught:
        await box.server.send(PLAIN)
    assert caught.value.unsure


async def test_a_server_without_encryption_is_not_given_a_letter_that_asks_for_it(box: Mailbox):
    asked = MailSettings(host="127.0.0.1", port=box.port, encryption="starttls", sender="us@d.example")
    with pytest.raises(MailDownError, match="STARTTLS"):
        await MailServer(asked).send(PLAIN)
    assert box.messages == []


class Guarded(Controller):
    """Takes letters of one user only, and only encrypted."""

    tls: ssl.SSLContext

    def factory(self) -> SMTP:
        return SMTP(
            self.handler, authenticator=self.is_right, auth_required=True, tls_context=self.tls, require_starttls=True
        )

    @staticmethod
    def is_right(_s: SMTP, _session: Session, _e: Envelope, _mechanism: str, given: LoginPassword) -> AuthResult:
        return AuthResult(handled=False, success=(given.login, given.password) == (b"us", b"right"))


@pytest.fixture
def guarded(box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSettings]:
    authority, port = trustme.CA(), free_port()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    Guarded.tls = context
    controller = Guarded(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        source = SecretSource(file=tmp_path / "password")
        yield MailSettings(host="localhost", port=port, user="us", password=source, sender="us@d.example")
    finally:
        controller.stop()


async def test_a_user_signs_in_over_starttls_with_the_password_of_a_file(
    guarded: MailSettings, box: Mailbox, tmp_path: Path
):
    (tmp_path / "password").write_text("right\n")
    await MailServer.of(guarded, "mail", {}).send(PLAIN)
    assert len(box.messages) == 1


async def test_a_wrong_password_needs_a_person_and_is_never_told(guarded: MailSettings, tmp_path: Path):
    (tmp_path / "password").write_text("wrong-one\n")
    with pytest.raises(MailDeniedError, match="535") as caught:
        await MailServer.of(guarded, "mail", {}).send(PLAIN)
    assert "wrong-one" not in str(caught.value)


async def test_a_certificate_of_nobody_is_not_believed(
    guarded: MailSettings, box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "password").write_text("right\n")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailDownError, match="certificate"):
        await MailServer.of(guarded, "mail", {}).send(PLAIN)
    assert box.messages == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"sender": None}, "mail.sender"),
        ({"port": 0}, "mail.port"),
        ({"user": "us"}, "mail.user, mail.password"),
        ({"user": "us", "password": SecretSource(env="P"), "encryption": "none"}, "mail.encryption"),
        ({"timeout": 0.0}, "mail.timeout"),
    ],
)
def test_what_cannot_work_is_said_with_its_path(changed: dict[str, Any], path: str):
    facts: dict[str, Any] = {"host": "mail.d.example", "sender": "us@d.example"}
    [problem] = problems(MailSettings(**(facts | changed)))
    assert problem.startswith(f"{path}: ")
    assert not list(problems(MailSettings(**facts)))


def test_a_password_that_is_not_there_is_said_with_its_path(tmp_path: Path):
    settings = MailSettings(host="h", user="us", password=SecretSource(file=tmp_path / "none"), sender="us@d.example")
    with pytest.raises(ConfigError, match=r"mail.password: .*none cannot be read: No such file or directory"):
        MailServer.of(settings, "mail", {})
