"""What letters say."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from calypso.models.alert import Alert, Level
from calypso.models.channel import EmailSettings, Letter
from calypso.sending import words
from calypso.sending.email import compose

AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def a_letter(what="raised", **given):
    plain = {
        "id": UUID(int=1), "key": "pool_full/keep/tank", "kind": "pool_full",
        "level": Level.WARNING, "node": "keep", "subject": "tank",
        "title": "Pool tank is nearly full", "detail": "Remove something.", "since": AT,
        "last_seen_at": AT,
    }  # fmt: skip
    return Letter(id=UUID(int=2), what=what, alert=Alert(**{**plain, **given}), at=AT)


TEST = Letter(id=UUID(int=3), what="test", alert=None, at=AT)


@pytest.mark.parametrize(
    ("letter", "line"),
    [
        (a_letter(), "[Calypso warning] Pool tank is nearly full"),
        (a_letter("rose", level=Level.CRITICAL), "[Calypso critical] Pool tank is nearly full"),
        (a_letter("cleared", cleared_at=AT), "[Calypso ok] Cleared: Pool tank is nearly full"),
        (TEST, "[Calypso] Test of an alert channel"),
    ],
)
def test_the_subject_says_how_bad_and_what(letter, line):
    assert words.subject(letter) == line


def test_a_title_cannot_add_a_header():
    letter = a_letter(title="Copy a\r\nBcc: eve@example.org\x00")
    settings = EmailSettings.model_validate(
        {"host": "mail", "from": "calypso@example.org", "to": ["ada@example.org"]}
    )
    mail = compose(letter, settings, origin="keep")

    assert mail["Bcc"] is None
    assert "\n" not in words.subject(letter)


def test_the_text_names_what_a_person_needs():
    text = words.text(a_letter(count=3), origin="keep")

    for part in ("Pool tank is nearly full", "Remove something.", "Seen: 3 times", "Node: keep"):
        assert part in text
    assert "keep" in words.text(TEST, origin="keep")


def test_a_program_reads_what_happened_and_the_whole_alert():
    told = json.loads(json.dumps(words.payload(a_letter("cleared"), origin="keep")))

    assert (told["type"], told["timestamp"]) == ("alert.cleared", "2026-03-29T01:00:00Z")
    assert told["data"]["alert"]["key"] == "pool_full/keep/tank"
    assert words.payload(TEST, origin="keep")["type"] == "test"


def test_a_mail_is_the_same_mail_at_each_attempt():
    settings = EmailSettings.model_validate(
        {"host": "mail", "from": "calypso@example.org", "to": ["ada@example.org"]}
    )
    first, second = (compose(a_letter(), settings, origin="keep") for _ in range(2))

    assert first["Message-ID"] == second["Message-ID"] == f"<{UUID(int=2)}@example.org>"
    assert first["Auto-Submitted"] == "auto-generated"
