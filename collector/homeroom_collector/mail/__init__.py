"""Sending mail: the one place that speaks SMTP, for the help desk by e-mail, for digests and for reports."""

from homeroom_collector.mail.errors import MailDeniedError, MailDownError, MailError, MailRefusedError
from homeroom_collector.mail.message import Attachment, Letter
from homeroom_collector.mail.server import MailServer
from homeroom_collector.mail.settings import MailSettings

__all__ = [
    "Attachment",
    "Letter",
    "MailDeniedError",
    "MailDownError",
    "MailError",
    "MailRefusedError",
    "MailServer",
    "MailSettings",
]
