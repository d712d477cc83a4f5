from api.serve import as_environment
from calypso.config import Settings


def test_the_server_starts_anew_with_the_very_settings_that_were_given(monkeypatch):
    given = Settings(
        database_url="postgresql://a:b@h/d", jwt_key="k" * 40, listen="127.0.0.1:1234", lease_s=7
    )

    for name, value in as_environment(given).items():
        monkeypatch.setenv(name, value)

    assert Settings() == given
