"""Every job type, present and future, declares all that generic code derives."""

import inspect

import pytest
from pydantic import BaseModel

from calypso import inventory, jobs
from calypso.errors import Misconfigured
from calypso.models.access import GRANTS, Actor
from calypso.models.jobtype import Cancel, JobParams, OnLost

TYPES = jobs.load()
each = pytest.mark.parametrize("job_type", TYPES.values(), ids=TYPES.keys())
ACTS = {"read", "operate", "configure", "destroy"}


@each
def test_its_title_fits_a_list(job_type):
    assert job_type.title
    assert len(job_type.title) <= 72
    assert job_type.title[0].isupper()


@each
def test_its_parameters_refuse_unknown_fields_and_describe_themselves(job_type):
    assert job_type.params.model_config["extra"] == "forbid"
    assert inspect.getdoc(job_type.params)
    for name, field in job_type.params.model_fields.items():
        assert field.description, f"{job_type.name}: {name} has no description"


@each
def test_its_nested_parameters_describe_themselves_too(job_type):
    for definition in job_type.params.model_json_schema().get("$defs", {}).values():
        for name, field in definition.get("properties", {}).items():
            assert "description" in field, f"{job_type.name}: {name} has no description"


@each
def test_its_permission_is_known_and_names_its_subsystem(job_type):
    area, _, act = job_type.permission.partition(":")
    assert area == job_type.subsystem
    assert act in ACTS - {"read"}


@each
def test_a_viewer_may_not_start_it(job_type):
    assert not Actor("ada", frozenset({"viewer"})).may(job_type.permission)


@each
def test_what_destroys_has_a_plan_and_its_own_permission(job_type):
    if job_type.destructive:
        assert job_type.plan is not None
        assert job_type.permission.endswith(":destroy")
        assert job_type.on_lost is OnLost.MANUAL or job_type.cancel is Cancel.CHECKPOINT


@each
def test_what_destroys_by_age_can_be_looked_at_before_and_needs_the_right_to_destroy(job_type):
    if job_type.prunes:
        assert job_type.plan is not None
        assert job_type.permission.endswith(":destroy")


@each
def test_what_takes_snapshots_names_them_by_their_slots(job_type):
    if job_type.retains:
        assert job_type.schedulable
        assert job_type.params.for_slot is not JobParams.for_slot


@each
def test_its_driver_is_what_its_run_function_takes(job_type):
    hints = inspect.get_annotations(job_type.run, eval_str=True)
    names = list(inspect.signature(job_type.run).parameters)
    assert hints[names[1]] is job_type.driver


@each
def test_its_result_is_declared(job_type):
    hints = inspect.get_annotations(job_type.run, eval_str=True)
    assert hints["return"] is job_type.result


@each
def test_a_job_that_may_requeue_may_try_three_times(job_type):
    if job_type.on_lost is OnLost.REQUEUE:
        assert job_type.max_attempts >= 3


@each
def test_its_schema_can_be_shown(job_type):
    assert job_type.params.model_json_schema()["type"] == "object"


def test_every_role_is_made_of_patterns():
    assert all(":" in pattern for patterns in GRANTS.values() for pattern in patterns)


@pytest.mark.parametrize("table", inventory.load().values(), ids=lambda table: table.name)
def test_every_table_can_be_filtered_by_what_it_says(table):
    assert table.title
    assert issubclass(table.row, BaseModel)
    assert set(table.filters) <= set(table.row.model_fields)


DECLARATION = '''
from calypso.models.jobtype import Cancel, JobParams, NoResult, job

class Params(JobParams):
    """None."""

@job("{name}", permission="{area}:operate", timeout_s=1, cancel=Cancel.ANYTIME)
def run(params: Params, driver: object, running: object) -> NoResult:
    """Do nothing."""
    return NoResult()
'''


def written(folder, path, name):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DECLARATION.format(name=name, area=name.split(".")[0]))


def test_a_file_in_a_further_folder_is_a_job_type(tmp_path):
    written(tmp_path, "system/hello.py", "system.hello")
    assert jobs.load([tmp_path])["system.hello"].title == "Do nothing"


def test_a_name_that_differs_from_its_path_is_refused(tmp_path):
    written(tmp_path, "system/hello.py", "system.goodbye")
    with pytest.raises(Misconfigured, match="must agree"):
        jobs.load([tmp_path])


def test_a_name_that_comes_twice_is_refused(tmp_path):
    written(tmp_path, "system/noop.py", "system.noop")
    with pytest.raises(Misconfigured, match="twice"):
        jobs.load([tmp_path])


def test_a_file_that_declares_nothing_is_refused(tmp_path):
    (tmp_path / "system").mkdir()
    (tmp_path / "system" / "empty.py").write_text("")
    with pytest.raises(Misconfigured, match="declares 0"):
        jobs.load([tmp_path])


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(Misconfigured, match="not a folder"):
        jobs.load([tmp_path / "missing"])


def test_parameters_must_be_declared_as_such(tmp_path):
    (tmp_path / "system").mkdir()
    text = DECLARATION.replace("(JobParams)", "(object)")
    (tmp_path / "system" / "bad.py").write_text(text.format(name="system.bad", area="system"))
    with pytest.raises(TypeError, match="JobParams"):
        jobs.load([tmp_path])
