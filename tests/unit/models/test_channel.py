"""Channels refuse what could not work, or would give something away."""

import pytest
from pydantic import ValidationError

from calypso.models.channel import Channel, NewChannel

SECRET = {"secret": "mail/password"}
MAIL = {"host": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"]}
HOOK = {"url": "https://example.org/hook?a=b", "secret": SECRET}


def mail(**given):
    return {"name": "m", "kind": "email", "email": {**MAIL, **given}}


def hook(**given):
    return {"name": "w", "kind": "webhook", "webhook": {**HOOK, **given}}


@pytest.mark.parametrize(
    "body",
    [
        mail(),
        mail(user="ada", password=SECRET),
        mail(security="none", host="127.0.0.1", port=25),
        hook(),
        hook(url="http://10.0.0.1:8080"),
    ],
)
def test_what_can_work_is_taken(body):
    assert NewChannel.model_validate(body).settings is not None


@pytest.mark.parametrize(
    "body",
    [
        mail(user="ada"),
        mail(password=SECRET),
        mail(security="none", user="ada", password=SECRET),
        mail(password="hunter2", user="ada"),
        mail(to=[]),
        mail(to=["b@example.org\nBcc: eve@example.org"]),
        mail(to=["Ada <ada@example.org>"]),
        mail(to=["no address"]),
        mail(host="mail.example.org\r\n"),
        mail(port=0),
        mail(unknown=1),
        hook(url="ftp://example.org"),
        hook(url="https://ada:hunter2@example.org/"),
        hook(url="https://"),
        hook(url="https://example.org/a b"),
        hook(url="https://example.org:99999/"),
        hook(url="https://example.org/#x"),
        hook(secret=None),
        {"name": "x", "kind": "webhook", "email": MAIL},
        {"name": "x", "kind": "email"},
        {"name": "x", "kind": "email", "email": MAIL, "webhook": HOOK},
        {"name": " ", "kind": "email", "email": MAIL},
    ],
)
def test_what_cannot_is_refused(body):
    with pytest.raises(ValidationError):
        NewChannel.model_validate(body)


def test_settings_come_back_as_they_were_written():
    new = NewChannel.model_validate(mail(user="ada", password=SECRET))
    kept = new.settings.model_dump(mode="json")

    assert kept["from"] == "a@example.org"
    assert new.secret == "mail/password"
    assert NewChannel.model_validate({**mail(), "email": kept}) == new
    assert Channel.model_fields.keys() > NewChannel.model_fields.keys()
