"""Until when a certificate is good, and what to say of one that will not be for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from calypso.config.problems import Problem, error, warning
from calypso.models.clock import now

SOON = timedelta(days=30)
SETTING = "tls_certificate"
EXPIRED = "expired"


@dataclass(frozen=True)
class Certificate:
    """What a file of certificates says: of its first, and when the first of all expires."""

    subject: str
    expires_at: datetime


def read(pem: str) -> Certificate:
    """Return what a file says; ValueError where there is no certificate in it."""
    chain = load_pem_x509_certificates(pem.encode())
    subject = chain[0].subject.rfc4514_string()
    return Certificate(subject, min(one.not_valid_after_utc for one in chain))


def problem_of(file: Path) -> Problem | None:
    """Say what is wrong with a certificate's file; None also where it cannot be read."""
    try:
        found = read(file.read_text("utf-8"))
    except OSError:  # told elsewhere
        return None
    except ValueError:
        return error("invalid", f"{file} has no certificate in it.", setting=SETTING)
    if found.expires_at <= now():  # all starts with it, and must: also an upgrade, or the way back
        return warning(EXPIRED, f"{file} has expired on {_day(found)}.", setting=SETTING)
    if found.expires_at <= now() + SOON:
        return warning("expires", f"{file} expires on {_day(found)}.", setting=SETTING)
    return None


def _day(found: Certificate) -> str:
    return f"{found.expires_at:%Y-%m-%d}: put a new one there, then systemctl reload calypso-api"
