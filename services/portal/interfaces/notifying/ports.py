"""The ways out: a mail server, and a gateway that a signed request is posted to. What they answer is why to try again, or not."""

import asyncio
import hmac
import smtplib
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

import httpx
import orjson

_SMTP_SECONDS = 20.0
_HTTP_SECONDS = 10.0
_PERMANENT = range(500, 600)
_TRY_AGAIN = (408, 425, 429)
_REFUSED, _FAILED = 400, 500


class Later(Exception):  # noqa: N818 - an answer
    """It did not work now, and may work later; the text is the reason, without anybody's address."""


class Never(Exception):  # noqa: N818 - an answer
    """It will not work."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message with where it goes; `key` is the same whenever it is tried again."""

    key: str
    county: str
    channel: str
    address: str
    title: str
    body: str
    manage: str
    """The address of the page on which the subscription is confirmed or ended."""
    end: str
    """Where a mail program ends it by itself (RFC 8058)."""
    at: datetime


class Port(Protocol):
    """Sends a message, or says why not."""

    async def send(self, delivery: Delivery) -> None:
        """Send it; Later or Never where it did not go."""
        ...


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail by SMTP, in a thread: the standard library's client waits."""

    host: str
    port: int
    sender: str
    tls: str
    user: str | None = None
    password: str | None = None

    async def send(self, delivery: Delivery) -> None:
        """Hand a message to the mail server."""
        try:
            message = self._message(delivery)
        except ValueError as fault:  # a header that would be two
            raise Never(f"no mail can be made of it ({type(fault).__name__})") from None
        try:
            await asyncio.to_thread(self._hand_over, message)
        except smtplib.SMTPRecipientsRefused as fault:
            code = max((code for code, _ in fault.recipients.values()), default=0)
            raise (Never if code in _PERMANENT else Later)(f"the mail server refused the recipient ({code})") from None
        except smtplib.SMTPResponseException as fault:
            raise (Never if fault.smtp_code in _PERMANENT else Later)(f"the mail server answered {fault.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as fault:  # what is away comes back; what is misconfigured is mended
            raise Later(f"the mail server could not be spoken to ({type(fault).__name__})") from None

    def _message(self, delivery: Delivery) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, delivery.address, delivery.title
        message["Date"] = format_datetime(delivery.at)
        message["Message-ID"] = f"<{delivery.key}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["List-Unsubscribe"] = f"<{delivery.end}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(f"{delivery.body}\n\n-- \n{delivery.manage}\n")
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.tls == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=_SMTP_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SMTP_SECONDS)
        with server:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
            server.send_message(message)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A gateway for SMS and WeChat: a POST of JSON, signed with a secret both know, so that nobody else makes it send."""

    url: str
    secret: bytes

    async def send(self, delivery: Delivery) -> None:
        """Post a message."""
        told = {
            "id": delivery.key,
            "county": delivery.county,
            "channel": delivery.channel,
            "address": delivery.address,
            "title": delivery.title,
            "text": delivery.body,
            "manage_url": delivery.manage,
        }
        body, timestamp = orjson.dumps(told), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Yinuo-Delivery": delivery.key,
            "Yinuo-Timestamp": timestamp,
            "Yinuo-Signature": f"v1={signature(self.secret, timestamp, body)}",
        }
        try:
            # Gateways are named by who runs this: no proxy of the environment lies between them, and no redirection is followed.
            async with httpx.AsyncClient(timeout=_HTTP_SECONDS, trust_env=False) as http:
                answer = await http.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as fault:
            raise Later(f"the gateway could not be reached ({type(fault).__name__})") from None
        if answer.is_success:
            return
        again = answer.status_code >= _FAILED or answer.status_code in _TRY_AGAIN
        raise (Later if again else Never)(f"the gateway answered {answer.status_code}")


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return what proves a request: HMAC-SHA256 of the timestamp (seconds since 1970), a dot and the body, in hexadecimal."""
    return hmac.digest(secret, timestamp.encode() + b"." + body, "sha256").hex()
