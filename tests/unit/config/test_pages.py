"""The templates and the page of settings are made of the settings, and the templates work."""

import re

import pytest
import yaml

from calypso.config.checking import check
from calypso.config.files import INTEGRATIONS, Files
from calypso.config.settings import Settings
from deploy import settings_pages

FILES = settings_pages.files()


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_file_is_as_the_settings_are(path):
    assert path.read_text(encoding="utf-8") == FILES[path], "python -m deploy.settings_pages"


def test_every_setting_says_what_it_is_and_is_on_the_page():
    for name, one in Settings.model_fields.items():
        assert one.description, name
        assert f"| `{name}` |" in FILES[settings_pages.ROOT / "docs" / "settings.md"]


@pytest.mark.parametrize("name", ["calypso.yaml", "calypso.development.yaml"])
def test_every_setting_stands_in_each_template(name):
    text = FILES[settings_pages.ETC / name]

    for setting in Settings.model_fields:
        assert re.search(rf"^(# )?{setting}:", text, re.MULTILINE), setting


def switched_on(text):
    """Return what a template says with every setting in it that has a value switched on."""
    names = "|".join(Settings.model_fields)
    found = re.finditer(rf"^(?:# )?((?:{names}): (?!in secrets).+)$", text, re.MULTILINE)
    return yaml.safe_load("".join(f"{match[1]}\n" for match in found))


def test_the_defaults_that_a_template_tells_are_the_defaults(tmp_path, monkeypatch):
    told = switched_on(FILES[settings_pages.ETC / "calypso.development.yaml"])
    for name in (*settings_pages.DEVELOPMENT, "node"):
        told.pop(name)
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))

    assert len(told) > 20
    fresh = Settings()
    assert Settings(**told).model_dump(exclude={"node"}) == fresh.model_dump(exclude={"node"})


def test_the_templates_have_no_problem_but_what_must_be_filled_in(tmp_path, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "integrations").mkdir()
    for path, text in FILES.items():
        if path.is_relative_to(settings_pages.ETC):
            target = tmp_path / path.relative_to(settings_pages.ETC)
            target.write_text(text)
            target.chmod(0o600)
    found = [(one.code, one.setting) for one in check(Files(tmp_path))]
    assert sorted(found) == [
        ("missing", "database_url"), ("missing", "jwt_key"), ("missing", "redis_url"),
        ("missing", "secrets_key"), ("no_file", "tls_certificate"), ("no_file", "tls_key"),
    ]  # fmt: skip

    (tmp_path / "calypso.development.yaml").replace(tmp_path / "calypso.yaml")
    assert check(Files(tmp_path)) == []


def test_every_product_with_a_file_has_settings():
    for product in INTEGRATIONS:
        assert any(name.startswith(f"{product}_") for name in Settings.model_fields)
