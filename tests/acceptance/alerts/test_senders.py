"""Letters to real servers: what arrives, what is refused, and that no peer holds us for long."""

import time

import pytest

from calypso.errors import Undelivered
from calypso.models.channel import Channel
from calypso.models.clock import now, uuid7
from calypso.sending.email import EmailSender
from calypso.sending.webhook import WebhookSender
from tests.acceptance.alerts.peers import Hook, Mail, Silent, is_signed
from tests.unit.sending.test_words import TEST, a_letter

KEY = "hunter2!"
SLOW = b"HTTP/1.1 200 OK\r\nX-Slow: "


def channel(**part):
    at = {"created_at": now(), "updated_at": now(), "updated_by": "ada", "id": uuid7()}
    (kind,) = part
    return Channel.model_validate({"name": "ops", "kind": kind, **part, **at})


def hook(url):
    return channel(webhook={"url": url, "secret": {"secret": "hook/key"}})


def mail(port, **given):
    plain = {
        "host": "127.0.0.1", "port": port, "security": "none", "from": "calypso@example.org",
        "to": ["ada@example.org", "bob@example.org"],
    }  # fmt: skip
    return channel(email={**plain, **given})


SIGN_IN = {"user": "ada", "password": {"secret": "mail/password"}}


def post(url, letter=None, **given):
    WebhookSender("keep", **given).send(letter or a_letter(), hook(url), KEY)


def test_a_post_is_signed_and_tells_the_alert(peer):
    there = peer(Hook())
    post(there.url)

    (told,) = there.told
    assert is_signed(there.posts[0], KEY)
    assert not is_signed(there.posts[0], "another key")
    assert (told["type"], told["data"]["alert"]["kind"]) == ("alert.raised", "pool_full")
    assert told["data"]["origin"] == "keep"


def test_each_attempt_has_the_same_id_and_a_signature_of_its_own_time(peer):
    there = peer(Hook())
    clock = iter([time.time() - 30, time.time()])
    sender = WebhookSender("keep", clock=lambda: next(clock))
    for _ in range(2):
        sender.send(a_letter(), hook(there.url), KEY)

    first, second = ({k.lower(): v for k, v in one[0].items()} for one in there.posts)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]
    assert all(is_signed(one, KEY) for one in there.posts)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_any_answer_but_success_is_a_failure(peer, status):
    there = peer(Hook(status))
    with pytest.raises(Undelivered, match=f"answered {status}"):
        post(there.url)


def test_a_redirect_is_not_followed(peer):
    elsewhere = peer(Hook())
    there = peer(Hook(307, headers={"Location": elsewhere.url}))

    with pytest.raises(Undelivered, match="redirects are not followed"):
        post(there.url)
    assert elsewhere.posts == []


def test_nobody_there_is_said_without_the_address(peer):
    there = peer(Silent())
    there.close()
    with pytest.raises(Undelivered, match="cannot be reached") as refused:
        post(f"{there.url}?token=secret")
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize("given", [{}, {"opening": SLOW, "drip": b"x"}])
def test_a_web_server_that_never_ends_is_left_at_the_deadline(peer, given):
    there = peer(Silent(**given))
    began = time.monotonic()
    with pytest.raises(Undelivered, match="did not answer"):
        post(there.url, deadline_s=0.5)
    assert time.monotonic() - began < 5
    assert there.connections == 1


def test_an_endless_answer_is_not_read(peer):
    there = peer(Silent(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, every_s=0))
    post(there.url, deadline_s=5)


def test_a_certificate_nobody_vouches_for_is_refused(peer, tmp_path):
    from tests.acceptance.alerts.peers import make_certificate

    there = peer(Mail("tls", certificate=make_certificate(tmp_path)).start())
    with pytest.raises(Undelivered, match=r"(?i)certificate"):
        post(f"https://127.0.0.1:{there.port}/")
    with pytest.raises(Undelivered, match=r"(?i)certificate"):
        EmailSender("keep").send(TEST, mail(there.port, security="tls"), None)
    assert there.mails == []


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_arrives(peer, certificate, security):
    there = peer(Mail(security, certificate=certificate).start())
    EmailSender("keep").send(a_letter(), mail(there.port, security=security), None)

    (arrived,) = there.mails
    assert arrived["Subject"] == "[Calypso warning] Pool tank is nearly full"
    assert arrived["To"] == "ada@example.org, bob@example.org"
    assert "Remove something." in arrived.get_content()


def test_the_sender_signs_in_over_an_encrypted_connection(peer, certificate):
    there = peer(Mail("starttls", certificate=certificate, user="ada", password=KEY).start())
    settings = mail(there.port, security="starttls", **SIGN_IN)
    EmailSender("keep").send(TEST, settings, KEY)

    assert there.signed_in == [("ada", KEY)]
    assert len(there.mails) == 1


def test_a_wrong_password_is_said_and_not_shown(peer, certificate):
    there = peer(Mail("starttls", certificate=certificate, user="ada", password=KEY).start())
    settings = mail(there.port, security="starttls", **SIGN_IN)
    with pytest.raises(Undelivered, match="refused the user or the password") as refused:
        EmailSender("keep").send(TEST, settings, "wrong-one")
    assert "wrong-one" not in refused.value.detail
    assert there.mails == []


def test_a_server_without_encryption_gets_nothing(peer):
    there = peer(Mail().start())
    with pytest.raises(Undelivered, match="STARTTLS"):
        EmailSender("keep").send(TEST, mail(there.port, security="starttls", **SIGN_IN), KEY)
    assert there.mails == []


@pytest.mark.parametrize("to", [["ada@elsewhere"], ["ada@example.org", "ada@elsewhere"]])
def test_a_recipient_who_is_refused_is_named(peer, to):
    there = peer(Mail().start())
    with pytest.raises(Undelivered, match=r"ada@elsewhere \(550\)"):
        EmailSender("keep").send(TEST, mail(there.port, to=to), None)


@pytest.mark.parametrize("security", ["none", "tls"])
@pytest.mark.parametrize("given", [{}, {"drip": b"2"}])
def test_a_mail_server_that_never_ends_is_left_at_the_deadline(peer, security, given):
    there = peer(Silent(**given))
    began = time.monotonic()
    with pytest.raises(Undelivered):
        EmailSender("keep", deadline_s=0.5).send(TEST, mail(there.port, security=security), None)
    assert time.monotonic() - began < 5


def test_a_mail_server_that_never_ends_its_handshake_is_left_at_the_deadline(peer):
    there = peer(Silent(b"220 hello\r\n250-hello\r\n250 STARTTLS\r\n220 go on\r\n", b"\x16"))
    began = time.monotonic()
    with pytest.raises(Undelivered):
        EmailSender("keep", deadline_s=0.5).send(TEST, mail(there.port, security="starttls"), None)
    assert time.monotonic() - began < 5
