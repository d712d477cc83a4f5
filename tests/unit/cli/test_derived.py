"""Options derived from schemas: each type's, as people would type them."""

import json

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from api.job_shapes import type_info
from calypso import jobs
from calypso.cli import job_run, schedules
from calypso.cli.derived import command_of, fields_of, params_of
from calypso.cli.type_commands import options_of
from calypso.errors import Invalid
from calypso.models.jobtype import Cancel, JobParams, NoResult, job

JOB_OPTIONS, SCHEDULE_OPTIONS = options_of(job_run._general), options_of(schedules._said)
INFOS = {name: type_info(one).model_dump() for name, one in jobs.load().items()}
SAMPLES = {
    "storage.pool_create": (
        ["--name", "tank", "--vdevs", '{"kind":"mirror","devices":["/a","/b"]}',
         "--vdevs", '{"devices":["/c"]}', "--properties", "ashift=12", "--properties", "n=a=b"],
        {"name": "tank", "vdevs": [{"kind": "mirror", "devices": ["/a", "/b"]},
                                   {"devices": ["/c"]}],
         "properties": {"ashift": "12", "n": "a=b"}},
    ),
    "storage.dataset_create": (
        ["--dataset", "tank/home", "--size-bytes", "1048576", "--parents"],
        {"dataset": "tank/home", "size_bytes": 1048576, "parents": True},
    ),
    "storage.dataset_destroy": (
        ["--dataset", "tank/home", "--recursive"], {"dataset": "tank/home", "recursive": True},
    ),
    "storage.snapshot_destroy": (
        ["--dataset", "tank/home", "--names", "a", "--names", "b"],
        {"dataset": "tank/home", "names": ["a", "b"]},
    ),
    "storage.replication_run": (
        ["--source", "tank/a", "--target", "tank/b", "--no-keep-partial"],
        {"source": "tank/a", "target": "tank/b", "keep_partial": False},
    ),
    "system.noop": (
        ["--seconds", "0.5", "--steps", "3", "--lock", "one"],
        {"seconds": 0.5, "steps": 3, "lock": "one"},
    ),
}  # fmt: skip


def run(info, argv):
    """Parse a command line as `calypso job run TYPE` does; return (exit code, text, params)."""
    seen = []
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command_of(info, JOB_OPTIONS, lambda _info, *, params, **_: seen.append(params)))
    done = CliRunner().invoke(app, argv)
    return done.exit_code, done.output, seen[0] if seen else None


@pytest.mark.parametrize("general", [JOB_OPTIONS, SCHEDULE_OPTIONS], ids=["run", "schedule add"])
@pytest.mark.parametrize("info", INFOS.values(), ids=INFOS)
def test_no_parameter_of_a_type_is_hidden_by_a_general_option(info, general):
    spellings = set()
    further = schedules._further(info) if general is SCHEDULE_OPTIONS else ()
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command_of(info, general + further, lambda *_, **__: None))
    for parameter in get_command(app).params:
        given = {*parameter.opts, *parameter.secondary_opts}
        assert not given & spellings
        spellings |= given


def test_only_what_takes_snapshots_is_asked_how_long_they_are_kept():
    asked = [name for name, info in INFOS.items() if schedules._further(info)]
    assert asked == ["storage.snapshot_create"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_command_line_becomes_the_parameters_of_its_type(name):
    argv, params = SAMPLES[name]

    assert run(INFOS[name], argv) == (0, "", params)
    jobs.load()[name].params.model_validate(params)


@pytest.mark.parametrize("name", INFOS)
def test_every_parameter_of_every_type_has_an_option_with_help(name):
    code, text, _ = run(INFOS[name], ["--help"])
    fields = fields_of(INFOS[name]["params_schema"])

    assert code == 0
    assert {field.name for field in fields} == set(jobs.load()[name].params.model_fields)
    for field in fields:
        assert field.options[0].partition("/")[0] in text
        assert field.help


@pytest.mark.parametrize("name", INFOS)
def test_no_option_of_a_type_is_spelled_like_a_general_one(name):
    general = {"--params", "--on-node", "--priority", "--not-before", "--after", "--even-if-failed",
               "--key", "--plan", "--yes", "--detach", "--json"}  # fmt: skip
    own = {field.options[0].partition("/")[0] for field in fields_of(INFOS[name]["params_schema"])}

    assert not general & own


def test_what_is_not_given_is_not_sent():
    assert run(INFOS["system.noop"], []) == (0, "", {})


def test_a_type_may_have_parameters_that_are_called_like_general_ones():
    class Params(JobParams):
        """Odd names."""

        priority: str
        node: str

    @job("system.odd", permission="system:operate", timeout_s=1, cancel=Cancel.ANYTIME)
    def odd(params: Params, driver: object, running: object) -> NoResult:
        """Be odd."""
        return NoResult()

    fields = fields_of(type_info(odd).params_schema)

    assert params_of(fields, {"priority": 5, "param_priority": "high", "param_node": "n"}) == {
        "priority": "high", "node": "n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "said"),
    [(["--vdevs", "{devices"], "not JSON"), (["--properties", "ashift"], "not KEY=VALUE")],
)
def test_words_that_cannot_be_read_are_refused_by_name(argv, said):
    info = INFOS["storage.pool_create"]
    fields = {field.name: field for field in fields_of(info["params_schema"])}
    field = fields[argv[0].removeprefix("--")]

    with pytest.raises(Invalid, match=f"{argv[0]}.*{said}"):
        field.read([argv[1]])


def test_words_outside_an_enumeration_are_refused():
    schema = {"properties": {"kind": {"$ref": "#/$defs/Kind"}},
              "$defs": {"Kind": {"enum": ["full", "diff"], "type": "string"}}}  # fmt: skip
    info = {"title": "Back up", "description": "", "params_schema": schema}

    assert run(info, ["--kind", "diff"])[2] == {"kind": "diff"}
    code, text, _ = run(info, ["--kind", "half"])
    assert code == 2
    assert "half" in text


def test_a_value_of_any_shape_is_written_as_json():
    schema = {"properties": {"when": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}}
    info = {"title": "Wait", "description": "", "params_schema": schema}

    assert run(info, ["--when", json.dumps(5)])[2] == {"when": 5}


def test_a_parameter_with_parts_of_its_own_is_written_as_json():
    info = INFOS["backup.config_apply"]
    pools = {"pools": [{"name": "Offsite"}]}

    assert run(info, ["--set", json.dumps(pools)])[2] == {"set": pools}
    assert "'pools': []" not in run(info, ["--help"])[1]


@pytest.mark.parametrize("said", ["backup/mail", '{"secret": "backup/mail"}'])
def test_a_secret_is_named_by_its_name_alone(said):
    info = INFOS["backup.client_add"]
    argv = ["--name", "mail-fd", "--address", "192.0.2.7", "--password", said]

    assert run(info, argv)[2]["password"] == {"secret": "backup/mail"}
