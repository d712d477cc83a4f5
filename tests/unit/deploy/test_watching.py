"""Files for Prometheus and Grafana name metrics that exist, and their labels."""

import json
import re
from pathlib import Path

import pytest
import yaml

from api.measures import COUNTERS, HISTOGRAMS, added_up, families
from calypso.host.local import LocalHost
from calypso.models.counts import Count
from tests.fakes.ports import memory_house

RULES, SCRAPES = (
    Path("deploy/prometheus/calypso.rules.yml"),
    Path("deploy/prometheus/prometheus.yml"),
)
DASHBOARD = Path("deploy/grafana/calypso.json")
NAMED = re.compile(r"\bcalypso_[a-z_]+")
USED = re.compile(r"(calypso_[a-z_]+)\{([^}]*)\}")
OF_PROMETHEUS = {"instance", "job"}


def rules():
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return group["rules"]


def expressions():
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        found |= {f"{panel['title']} {t['refId']}": t["expr"] for t in panel["targets"]}
    return found


@pytest.fixture(scope="module")
def labels():
    """Return the labels of each series that there can be."""
    counts = {
        Count(name, labels, part).field: 1.0
        for kinds, part in ((HISTOGRAMS, "sum"), (COUNTERS, ""))
        for name, (_, _, labels) in kinds.items()
    }
    found = [*families(memory_house().ports, 0), *added_up({"n1": counts})]
    known = {}
    for family in found:
        names = {
            "": family.name,
            **{s.name.removeprefix(family.name): s.name for s in family.samples},
        }
        told = set(getattr(family, "_labelnames", ()))
        known |= {
            name: told | ({"le"} if name.endswith("_bucket") else set()) for name in names.values()
        }
    return known


@pytest.mark.parametrize(("what", "expression"), expressions().items())
def test_what_is_asked_for_exists(labels, what, expression):
    assert NAMED.findall(expression) or "up{" in expression, what
    for name in NAMED.findall(expression):
        assert name in labels, f"{what}: there is no {name}"
    for name, given in USED.findall(expression):
        asked = set(re.findall(r"(\w+)\s*(?:=~|=|!=|!~)", given)) - OF_PROMETHEUS
        assert asked <= labels[name], f"{what}: {name} has {labels[name]}, not {asked}"


def test_every_rule_says_what_is_so_and_what_to_do():
    for rule in rules():
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_every_metric_is_on_the_dashboard_or_in_a_rule(labels):
    text = " ".join(expressions().values())
    for name in labels:
        family = re.sub(r"_(bucket|count|sum|total|created)$", "", name)
        assert family in text, f"nobody looks at {family}"


@pytest.mark.skipif(LocalHost().which("promtool") is None, reason="promtool is not installed")
def test_promtool_takes_the_rules_and_the_scrape_configuration(tmp_path):
    host = LocalHost()
    checked = host.run(["promtool", "check", "rules", str(RULES)], timeout_s=60)
    assert checked.ok, checked.stdout + checked.stderr
    token = tmp_path / "token"
    token.write_text("t")
    text = SCRAPES.read_text().replace("/etc/prometheus/calypso.token", str(token))
    (tmp_path / "prometheus.yml").write_text(text)
    (tmp_path / RULES.name).write_text(RULES.read_text())
    checked = host.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")], timeout_s=60
    )
    assert checked.ok, checked.stdout + checked.stderr
