"""Letters by mail, over SMTP."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime

from calypso.errors import Undelivered
from calypso.models.channel import Channel, EmailSettings, Letter
from calypso.sending import words

TIMEOUT_S = 10.0  # of each step
DEADLINE_S = 30.0  # of all of it, whatever the server does


class EmailSender:
    """Satisfies `engine.alerting.postman.Sender`. `origin`: who we are."""

    def __init__(
        self, origin: str, *, timeout_s: float = TIMEOUT_S, deadline_s: float = DEADLINE_S
    ) -> None:
        self._origin, self._timeout_s, self._deadline_s = origin, timeout_s, deadline_s

    def send(self, letter: Letter, channel: Channel, secret: str | None) -> None:
        """Hand a letter to the mail server; Undelivered unless every recipient was accepted."""
        if channel.email is None:
            raise Undelivered("This channel is no mail channel.")
        try:
            message = compose(letter, channel.email, origin=self._origin)
            with self._connected(channel.email) as server:
                _sign_in(server, channel.email, secret)
                refused = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as all_of_them:
            raise _refused(all_of_them.recipients) from all_of_them
        except smtplib.SMTPResponseException as answer:
            raise Undelivered(_said(answer)) from answer
        except (smtplib.SMTPException, OSError, ValueError) as failed:
            raise Undelivered(f"The mail server cannot be used: {_reason(failed)}.") from failed
        if refused:
            raise _refused(refused)

    @contextmanager
    def _connected(self, settings: EmailSettings) -> Iterator[smtplib.SMTP]:
        """Lend a conversation that ends at the deadline even when the server never stops."""
        server = _Conversation(
            settings.host, timeout_s=self._timeout_s, encrypted=settings.security == "tls"
        )
        watchdog = threading.Timer(self._deadline_s, server.cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            server.connect(settings.host, settings.port)
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # what was accepted stays so, however the server takes leave
        finally:
            watchdog.cancel()
            server.close()
            server.forget()


class _Conversation(smtplib.SMTP):
    """Keeps a handle on its connection that TLS does not take away."""

    def __init__(self, host: str, *, timeout_s: float, encrypted: bool) -> None:
        self._encrypted = encrypted
        self._handle: socket.socket | None = None
        super().__init__(timeout=timeout_s)  # without the host: it would connect at once
        self._host = host  # whose certificate STARTTLS is to see

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # typeshed lacks it
        self._handle = plain.dup()
        if not self._encrypted:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)

    def cut(self) -> None:
        """End the conversation from another thread; whoever waits in it gets an error."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Give the handle back."""
        if self._handle is not None:
            self._handle.close()


def compose(letter: Letter, settings: EmailSettings, *, origin: str) -> EmailMessage:
    """Return the mail; its Message-ID is the same at each attempt."""
    message = EmailMessage()
    message["Subject"] = words.subject(letter)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.alert is not None:  # so that mail programs show one alert as one conversation
        message["References"] = f"<{letter.alert.id}@{settings.sender.rpartition('@')[2]}>"
    message.set_content(words.text(letter, origin=origin))
    return message


def _sign_in(server: smtplib.SMTP, settings: EmailSettings, secret: str | None) -> None:
    if settings.user is None:
        return
    if secret is None:
        raise Undelivered("The password's secret is missing. Store it again.")
    server.login(settings.user, secret)


def _refused(recipients: dict[str, tuple[int, bytes]]) -> Undelivered:
    told = ", ".join(f"{who} ({code})" for who, (code, _) in sorted(recipients.items()))
    return Undelivered(f"The mail server refused recipients: {told}.")


def _said(answer: smtplib.SMTPResponseException) -> str:
    """Return the server's answer. To a sign-in only its number: some servers quote it."""
    if isinstance(answer, smtplib.SMTPAuthenticationError):
        return f"The mail server refused the user or the password ({answer.smtp_code})."
    text = answer.smtp_error
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"The mail server answered {answer.smtp_code}: {said.strip()[:200]}"


def _reason(failed: Exception) -> str:
    return (str(failed).strip().partition("\n")[0] or type(failed).__name__)[:200].rstrip(".")
