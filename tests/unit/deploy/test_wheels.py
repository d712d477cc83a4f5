"""What a release brings along: nobody can add to it afterwards."""

import pytest

from deploy.wheels import PYTHONS, needed, requires


@pytest.mark.parametrize("python", PYTHONS)
def test_what_a_setting_may_ask_for_is_in_the_release(python):
    assert {"opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"} <= needed(python).keys()


def test_the_bill_of_materials_says_who_wants_it():
    assert "opentelemetry-sdk" in requires("calypso", PYTHONS[0])
