"""A letter as a message (RFC 5322): plain text, perhaps the same as HTML, perhaps something attached."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file; ``kind`` is its media type, such as ``application/pdf``."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """``key`` becomes the Message-ID, so that the same letter sent twice is known as one where that is looked at.

    ``answers`` is the key of the letter that this one answers.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    answers: str | None = None


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter with its headers."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"], message["Message-ID"] = formatdate(), f"<{letter.key}@{domain}>"
    if letter.answers is not None:
        message["In-Reply-To"] = message["References"] = f"<{letter.answers}@{domain}>"
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    for each in letter.attachments:
        main, _, sub = each.kind.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return message
