"""Mail by any SMTP server, encrypted unless its address says otherwise. The standard library's client, in a thread."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from pexit_app.providers.letters import Letter
from pexit_app.providers.post_office import CarryError

TIMEOUT_S = 15.0
SUBMISSION, SUBMISSIONS = 587, 465


@dataclass(frozen=True, slots=True)
class Server:
    """Where an address such as `smtp://user:password@mail.example:587` leads. `encryption`: tls from the first byte
    (smtps), starttls (smtp), or off (`smtp://localhost:25?tls=off`)."""

    host: str
    port: int
    user: str
    password: str
    encryption: str

    @classmethod
    def of(cls, url: str) -> "Server":
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("give an address such as smtp://user:password@mail.example:587")
        is_off = parse_qs(parts.query).get("tls") == ["off"]
        encryption = "tls" if parts.scheme == "smtps" else "off" if is_off else "starttls"
        port = parts.port or (SUBMISSIONS if encryption == "tls" else SUBMISSION)
        return cls(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), encryption)


class Smtp:
    """`sender` is the From line."""

    def __init__(self, server: Server, sender: str, context: ssl.SSLContext | None = None) -> None:
        self.server, self.sender = server, sender
        self._context = context or ssl.create_default_context()

    async def carry(self, address: str, letter: Letter, key: str) -> None:
        message = self._message(address, letter, key)
        try:
            await asyncio.to_thread(self._send, message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise CarryError(f"smtp: refused {codes}", is_passing=all(400 <= code < 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:  # of the sender, the data, the password
            raise CarryError(f"smtp: {error.smtp_code}", is_passing=400 <= error.smtp_code < 500) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            is_untrusted = isinstance(error, ssl.SSLError)
            raise CarryError(f"smtp: {type(error).__name__}", is_passing=not is_untrusted) from error
        except smtplib.SMTPException as error:  # no encryption, no such sign-in: another try is the same
            raise CarryError(f"smtp: {type(error).__name__}", is_passing=False) from error

    def _message(self, address: str, letter: Letter, key: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, letter.subject
        message["Date"] = formatdate()
        domain = parseaddr(self.sender)[1].partition("@")[2] or "pexit.invalid"
        message["Message-ID"] = f"<{key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes, please
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    def _send(self, message: EmailMessage) -> None:
        at = self.server.host, self.server.port
        if self.server.encryption == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(*at, timeout=TIMEOUT_S, context=self._context)
        else:
            opened = smtplib.SMTP(*at, timeout=TIMEOUT_S)
        with opened as client:
            if self.server.encryption == "starttls":
                client.starttls(context=self._context)
            if self.server.user:
                client.login(self.server.user, self.server.password)
            client.send_message(message)

    async def close(self) -> None:
        """Nothing stays open between letters."""
