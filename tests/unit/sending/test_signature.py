"""Signatures as Standard Webhooks say."""

import base64
import hashlib
import hmac

import pytest

from calypso.errors import Undelivered
from calypso.sending.webhook import signature


def test_the_published_example_comes_out():
    # Source: github.com/standard-webhooks/standard-webhooks, libraries/python, tests
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'

    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)

    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_of_any_text_is_its_own_key():
    made = signature("hunter2!", "id", "1", b"{}")

    assert made == base64.b64encode(hmac.digest(b"hunter2!", b"id.1.{}", hashlib.sha256)).decode()


def test_a_key_that_is_no_base64_is_said_without_the_key():
    with pytest.raises(Undelivered) as refused:
        signature("whsec_hunter2!", "id", "1", b"{}")

    assert "hunter2" not in refused.value.detail
