"""Write docs/settings.md and the templates of /etc/calypso, out of the settings themselves.

`make settings` runs this; a unit test fails when one of the files differs.
"""

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from calypso.config.dangers import SECRET_FIELDS
from calypso.config.files import INTEGRATIONS
from calypso.config.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
ETC = ROOT / "deploy" / "etc"
FIELDS = Settings.model_fields
WIDTH = 92
# Which setting begins a section; those that follow it belong to it.
SECTIONS = {
    "mode": "The machine",
    "database_url": "Servers",
    "jwt_key": "Keys",
    "node": "This node and its API",
    "storage_product": "Storage",
    "tape_product": "Tape",
    "backup_product": "Backup",
    "system_slots": "Workers",
    "lease_s": "Jobs and their history",
    "pool_warning_percent": "When something is worth an alert",
}
PRODUCTION = {
    "mode": "production",
    "listen": "0.0.0.0:443",
    "tls_certificate": "/etc/calypso/tls/server.crt",
    "tls_key": "/etc/calypso/tls/server.key",
}
DEVELOPMENT = {"mode": "development", "listen": "127.0.0.1:8080", "log_level": "debug"}
# What this machine decides, in words.
DEFAULTS = {"node": "the machine's name"}

HEAD = """\
# Calypso's settings {kind}. Every line that is commented out tells the default.
# CALYPSO_NAME in the environment wins over secrets.env, that over this file, and this over
# integrations/*.yaml. `calypso config check` names what is unknown, missing or dangerous.
# After a change: systemctl reload calypso-api calypso-scheduler 'calypso-worker@*'
"""
SECRETS_HEAD = """\
# Calypso's secrets: for root alone (chmod 600). An installation writes this file once and never
# over another. Services are handed it by systemd: restart them after a change.
# Without CALYPSO_SECRETS_KEY what is stored in secrets cannot be read: keep a copy elsewhere.
# Keys: openssl rand -base64 32
"""
INTEGRATION_HEAD = """\
# How Calypso speaks to {title}. A key here is the setting {product}_KEY of docs/settings.md.
"""
PAGE_HEAD = """\
# Settings

Written by `python -m deploy.settings_pages` from the settings themselves; a unit test fails when
this page differs.

A setting is looked for in this order, and the first that names it wins:

1. the environment: `CALYPSO_` and the name in capitals;
2. `/etc/calypso/secrets.env`, lines like `CALYPSO_NAME=value`, for root alone (0600). A service of
   systemd is handed it as a credential and needs no right to read the file;
3. `/etc/calypso/calypso.yaml`, lines like `name: value`. The name `config.yaml`, of an earlier
   system, is still read where there is no `calypso.yaml`, and is deprecated;
4. `/etc/calypso/integrations/PRODUCT.yaml`, one file for each product that is spoken to, with keys
   that lack the product's name: `director:` in `bacula.yaml` is `bacula_director`. Known products:
   {products}. Only root and Calypso enter that folder, so passwords may stand there.

`CALYPSO_CONFIG_DIR` names another folder than `/etc/calypso`.

## `calypso config check`

Names every setting that is unknown (with the name that was meant), missing or dangerous: secrets
that others read, keys that can be guessed, an API or a database reached over a network in the
clear, files that are not there, lines that are no YAML. `--dir DIR` looks at one folder alone,
else the environment counts as well; `--json` prints the same for programs. It ends with

- 0: no problem was found;
- 1: everything works, and something is unknown, deprecated or dangerous;
- 2: something does not work as it stands.

What no program reads, an unknown name for one, is a warning in its log, too.

"""


TABLE = "| Setting | Default | Values | Meaning |\n|---|---|---|---|\n"


def files() -> Mapping[Path, str]:
    """Return the text of every file that is made of the settings."""
    return {
        ROOT / "docs" / "settings.md": page(),
        ETC / "calypso.yaml": template("for production", PRODUCTION),
        ETC / "calypso.development.yaml": template("for development", DEVELOPMENT),
        ETC / "secrets.env": secrets(),
        **{ETC / "integrations" / f"{name}.yaml": integration(name) for name in INTEGRATIONS},
    }


def template(kind: str, chosen: Mapping[str, str]) -> str:
    """Return a calypso.yaml with every setting that belongs into one, commented but for some."""
    lines = [HEAD.format(kind=kind), "\n"]
    for name, one in FIELDS.items():
        if name in SECTIONS:
            lines.append(f"# ---- {SECTIONS[name]}\n\n")
        if name in SECRET_FIELDS:
            lines.append(f"# {name}: in secrets.env, as CALYPSO_{name.upper()}.\n\n")
            continue
        lines += [_comment(one), _line(name, name, chosen), "\n"]
    return "".join(lines).rstrip("\n") + "\n"


def secrets() -> str:
    """Return a secrets.env with every secret, all commented out."""
    told = [f"{_comment(FIELDS[name])}# CALYPSO_{name.upper()}=\n" for name in SECRET_FIELDS]
    return SECRETS_HEAD + "\n" + "\n".join(told)


def integration(product: str) -> str:
    """Return the file of one product, all commented out."""
    prefix = f"{product}_"
    told = [
        f"{_comment(one)}{_line(name.removeprefix(prefix), name, {})}"
        for name, one in FIELDS.items()
        if name.startswith(prefix)
    ]
    title = product.capitalize()
    return INTEGRATION_HEAD.format(title=title, product=product) + "\n" + "\n".join(told)


def page() -> str:
    """Return docs/settings.md."""
    products = ", ".join(f"`{name}`" for name in INTEGRATIONS)
    lines = [PAGE_HEAD.format(products=products)]
    for name, one in FIELDS.items():
        if name in SECTIONS:
            lines.append(f"## {SECTIONS[name]}\n\n{TABLE}")
        default = _default(name, one) or "empty"
        secret = " **Secret.**" if name in SECRET_FIELDS else ""
        words = (one.description or "").replace("|", "\\|")
        lines.append(f"| `{name}` | {default} | {_values(one)} | {words}{secret} |\n")
        if name == _last_of_section(name):
            lines.append("\n")
    return "".join(lines).rstrip("\n") + "\n"


def write() -> None:
    """Write them all."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


def _last_of_section(name: str) -> str:
    names = list(FIELDS)
    after = names[names.index(name) + 1 :]
    return name if not after or after[0] in SECTIONS else ""


def _comment(one: FieldInfo) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(one.description or "", WIDTH))


def _line(key: str, name: str, chosen: Mapping[str, str]) -> str:
    if name in chosen:
        return f"{key}: {chosen[name]}\n"
    default = _default(name, FIELDS[name])
    return f"# {key}: {_quoted(default)}\n" if default else f"# {key}:\n"


def _default(name: str, one: FieldInfo) -> str:
    """Return the default as it is written, or nothing where it is empty."""
    if name in DEFAULTS:
        return DEFAULTS[name]
    value: Any = one.get_default()
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _quoted(text: str) -> str:
    return f"'{text}'" if text[0] in "*&!%@`'\"" else text


def _values(one: FieldInfo) -> str:
    """Return which values a setting takes."""
    choices = getattr(one.annotation, "__args__", ())
    if all(isinstance(choice, str) for choice in choices) and choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    return ", ".join(_bounds(one)) or _kind(one)


def _bounds(one: FieldInfo) -> Iterator[str]:
    for bound in one.metadata:
        for attribute, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
            if (limit := getattr(bound, attribute, None)) is not None:
                yield f"{sign} {limit:g}"


def _kind(one: FieldInfo) -> str:
    told = str(one.annotation)
    if "Path" in told:
        return "path"
    return "yes or no" if "bool" in told else "text"


if __name__ == "__main__":
    write()
