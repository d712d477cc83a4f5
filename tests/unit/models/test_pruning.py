"""Whose a snapshot is, and what speaks against its going whatever its owners say."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.models.naming import name_at
from calypso.models.owning import Standing
from calypso.models.pruning import World, fates, fates_under, trees_about
from calypso.models.replicating import Replication, replications_of
from calypso.models.retention import Retention
from calypso.models.slots import Rule
from calypso.models.snapshot_task import SnapshotTask
from tests.fakes.running import job_of, schedule_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHEMA = "auto-%Y-%m-%d_%H-%M"
HOURLY = SnapshotTask(
    id=UUID(int=1), name="Hourly", dataset="tank/home", recursive=True, exclude=(),
    schema=SCHEMA, rule=Rule("0 * * * *", "UTC"), policy=Retention(keep_last=2),
)  # fmt: skip
DAILY = replace(
    HOURLY, id=UUID(int=2), name="Daily", rule=Rule("0 0 * * *", "UTC"),
    policy=Retention(lifetime="P7D"),
)  # fmt: skip


def snapshot(name, order, *, at=None, dataset="tank/home", task=None, **given):
    return Standing(
        name=f"{dataset}@{name}", guid=str(9000 + order), order=order,
        created_at=at or NOW - DAY, task=task and str(task.id), **given,
    )  # fmt: skip


def hourly(count, *, task=None, until=NOW, **given):
    """Snapshots as the hourly task names them, oldest first."""
    times = [until - HOUR * n for n in reversed(range(count))]
    return [
        snapshot(name_at(SCHEMA, at), order, at=at, task=task, **given)
        for order, at in enumerate(times)
    ]


def details(snapshots, *tasks, now=NOW):
    return [fate.verdict.detail for fate in fates(snapshots, World(tasks, (), now))]


def reasons(snapshots, *tasks, replications=(), now=NOW):
    world = World(tasks=tasks, replications=replications, now=now)
    return [(fate.verdict.reason, fate.keep) for fate in fates(snapshots, world)]


def gone(snapshots, *tasks, **given):
    said = reasons(snapshots, *tasks, **given)
    return [
        one.name.partition("@")[2]
        for one, (_, keep) in zip(snapshots, said, strict=True)
        if not keep
    ]


# ---- whose it is


def test_a_name_that_the_schema_makes_at_a_minute_of_the_rule_is_owned():
    off = snapshot("auto-2026-11-26_08-07", 0)
    foreign = snapshot("before-upgrade", 1)
    elsewhere = snapshot("auto-2026-11-26_08-00", 2, dataset="tank/other")
    assert reasons([off, foreign, elsewhere, *hourly(3)], HOURLY) == [
        *[("not_owned", True)] * 3,
        ("not_kept", False), ("keep_last", True), ("keep_last", True),
    ]  # fmt: skip


def test_the_mark_of_its_task_decides_whatever_the_name():
    listed = [snapshot("odd", -1, at=NOW - DAY * 3, task=HOURLY), *hourly(2, task=HOURLY)]
    assert gone(listed, HOURLY) == ["odd"]
    assert reasons(hourly(3, task=DAILY), HOURLY) == [("not_owned", True)] * 3


def test_who_would_have_taken_the_same_has_a_say_in_what_another_marked():
    """At midnight both fire, and one took it: the daily task still keeps it for its week."""
    listed = hourly(30, task=HOURLY)
    midnight = "auto-2026-11-26_00-00"
    assert midnight in gone(listed, HOURLY)
    assert midnight not in gone(listed, HOURLY, DAILY)
    assert len(gone(listed, HOURLY, DAILY)) == 30 - 2 - 1
    elsewhere = replace(DAILY, rule=Rule("0 0 * * *", "Europe/Vienna"))  # another midnight
    assert midnight in gone(listed, HOURLY, elsewhere)


def test_a_marked_one_outside_of_its_tasks_tree_is_nobodys():
    """So a copy that was replicated, mark and all, does not go with its origin."""
    for dataset in ("backup/home", "tank/homestead"):
        assert gone(hourly(5, task=HOURLY, dataset=dataset), HOURLY) == []
    assert gone(hourly(3, task=HOURLY, dataset="tank/home/ada"), HOURLY) != []
    assert gone(hourly(3, dataset="tank/home/ada"), replace(HOURLY, recursive=False)) == []
    assert gone(hourly(3, dataset="tank/home/ada"), replace(HOURLY, exclude=("*/ada",))) == []


def test_a_mark_of_a_task_that_is_gone_is_nobodys():
    assert reasons(hourly(3, task=DAILY), HOURLY)[0] == ("not_owned", True)


def test_what_several_own_goes_only_when_all_agree():
    """The midnights are of both: the hourly task would let them go, the daily keeps a week's."""
    listed = hourly(24 * 9)
    left = {one.name[-16:] for one in listed} - {name[-16:] for name in gone(listed, HOURLY, DAILY)}
    midnights = {f"2026-11-{day}_00-00" for day in range(20, 27)}
    assert left == midnights | {"2026-11-26_11-00", "2026-11-26_12-00"}


def test_two_lifetimes_over_one_schema_as_zettarepl_has_them():
    """22:58 and 23:00 are owned by the long task as well; 22:59 by the short one alone."""
    short = replace(HOURLY, rule=Rule("* * * * *", "UTC"), policy=Retention(lifetime="PT3M"))
    long = replace(short, id=UUID(int=3), rule=Rule("*/2 * * * *", "UTC"),
                   policy=Retention(lifetime="P10D"))  # fmt: skip
    now = datetime(2018, 8, 21, 23, 3, tzinfo=UTC)
    listed = [
        snapshot(name_at(SCHEMA, now - timedelta(minutes=ago)), 9 - ago) for ago in (5, 4, 3, 2, 1)
    ]
    assert gone(listed, short, long, now=now) == ["auto-2018-08-21_22-59"]


def test_two_schemas_in_one_dataset_do_not_meet():
    old = replace(DAILY, schema="auto-%Y-%m-%d_%H-%M", policy=Retention(lifetime="P14D"))
    other = replace(HOURLY, schema="snap%d%m%Y%H%M", rule=Rule("* * * * *", "UTC"),
                    policy=Retention(lifetime="PT1H"))  # fmt: skip
    now = datetime(2026, 11, 26, 21, 52, tzinfo=UTC)
    listed = [snapshot("snap261120262051", 0), snapshot("snap261120262052", 1)]
    assert gone(listed, old, other, now=now) == ["snap261120262051"]


def test_names_that_two_schemas_read_differently_are_nobodys_in_that_dataset():
    american = replace(HOURLY, id=UUID(int=4), schema="auto-%Y-%d-%m_%H-%M")
    listed = hourly(9, until=datetime(2026, 5, 6, 12, tzinfo=UTC))
    assert set(reasons(listed, HOURLY, american)) == {("ambiguous_name", True)}
    assert gone(hourly(9, task=HOURLY), HOURLY, american) != []


def test_the_same_schema_in_two_zones_is_read_differently():
    viennese = replace(HOURLY, id=UUID(int=4), rule=Rule("0 * * * *", "Europe/Vienna"))
    assert set(reasons(hourly(9), HOURLY, viennese)) == {("ambiguous_name", True)}
    with_offset = [replace(one, schema="auto-%Y-%m-%d_%H-%M%z") for one in (HOURLY, viennese)]
    named = [snapshot(name_at("auto-%Y-%m-%d_%H-%M%z", NOW - HOUR * n), -n) for n in range(9)]
    assert len(gone(named, *with_offset)) == 7


# ---- what keeps it


@pytest.mark.parametrize("change", [{"policy": None}, {"enabled": False}])
def test_a_task_that_lets_nothing_go_keeps_for_all(change):
    keeper = replace(HOURLY, id=UUID(int=5), name="Keeper", **change)
    assert set(reasons(hourly(5), keeper)) == {("no_policy", True)}
    assert gone(hourly(5), HOURLY, keeper) == []


def test_what_is_held_or_cloned_stays_and_the_others_go():
    listed = hourly(6)
    listed[0] = listed[0].model_copy(update={"holds": 1})
    listed[1] = listed[1].model_copy(update={"clones": ("tank/ada",)})
    listed[2] = listed[2].model_copy(update={"is_protected": True})
    assert [reason for reason, _ in reasons(listed, HOURLY)] == [
        "held", "cloned", "protected", "not_kept", "keep_last", "keep_last",
    ]  # fmt: skip


def test_one_is_protected_until_its_date_and_says_so():
    listed = hourly(3)
    listed[0] = listed[0].model_copy(update={"protected_until": NOW + HOUR})
    assert details(listed, HOURLY)[0] == "It is protected until 2026-11-26 13:00 UTC."
    assert reasons(listed, HOURLY)[0] == ("protected", True)
    assert reasons(listed, HOURLY, now=NOW + HOUR)[0] == ("not_kept", False)
    for_good = [listed[0].model_copy(update={"is_protected": True}), *listed[1:]]
    assert details(for_good, HOURLY)[0] == "It is protected."


def test_the_last_one_of_a_schema_stays_in_each_dataset():
    dying = replace(HOURLY, policy=Retention(lifetime="PT1H"))
    old = NOW - DAY
    listed = [*hourly(3, until=old), *hourly(3, until=old, dataset="tank/home/ada")]
    assert [reason for reason, _ in reasons(listed, dying)] == [
        "lifetime_over", "lifetime_over", "last_of_schema",
    ] * 2  # fmt: skip
    listed[0] = listed[0].model_copy(update={"holds": 1})
    assert len(gone(listed[:3], dying)) == 2


def test_the_last_one_is_the_newest_by_transaction_group_not_by_name():
    dying = replace(HOURLY, policy=Retention(lifetime="PT1H"))
    early, late = hourly(2, until=NOW - DAY)
    swapped = [early.model_copy(update={"order": 9}), late]
    assert gone(swapped, dying) == [late.name.partition("@")[2]]


def test_the_newest_that_both_ends_of_a_replication_have_stays_at_both():
    ends = Replication("tank/home", "backup/home")
    here = hourly(5)
    there = [
        one.model_copy(
            update={"name": one.name.replace("tank", "backup"), "order": 50 + one.order}
        )
        for one in here[:2]
    ]  # fmt: skip
    backup = replace(
        HOURLY, id=UUID(int=6), dataset="backup/home", policy=Retention(lifetime="PT1H")
    )
    later = [snapshot(name_at(SCHEMA, NOW - HOUR * 2), 99, dataset="backup/home")]
    said = reasons([*here, *there, *later], HOURLY, backup, replications=[ends])
    assert [reason for reason, _ in said] == [
        "not_kept", "replication_base", "not_kept", "keep_last", "keep_last",
        "lifetime_over", "replication_base", "lifetime_over",
    ]  # fmt: skip


def test_children_have_bases_of_their_own_where_a_replication_is_recursive():
    ends = Replication("tank/home", "backup/home", recursive=True)
    here = hourly(4, dataset="tank/home/ada")
    there = [
        snapshot("copy", 70, dataset="backup/home/ada").model_copy(update={"guid": here[0].guid})
    ]
    listed = [*here, *there]
    assert reasons(listed, HOURLY, replications=[ends])[0] == ("replication_base", True)
    alone = replace(ends, recursive=False)
    assert reasons(listed, HOURLY, replications=[alone])[0] == ("not_kept", False)


def test_while_a_dataset_is_replicated_all_of_it_stays_and_others_go():
    running = Replication("tank/home", "backup/home", is_running=True)
    here, child = hourly(4), hourly(4, dataset="tank/home/ada")
    said = reasons([*here, *child], HOURLY, replications=[running])
    assert Counter(said) == {
        ("replication_running", True): 2, ("keep_last", True): 4, ("not_kept", False): 2,
    }  # fmt: skip


def test_an_end_on_another_machine_is_none_of_ours():
    """A pull from a dataset of the same name runs elsewhere at its source."""
    for direction, source, target in (
        ("push", "tank/home", None), ("pull", None, "backup/home"),
        ("local", "tank/home", "backup/home"), (None, "tank/home", "backup/home"),
    ):  # fmt: skip
        params = {"source": "tank/home", "target": "backup/home"}
        params |= {} if direction is None else {"direction": direction}
        (one,) = replications_of([], [job_of("storage.replication_run", params)], [])
        assert (one.source, one.target, one.is_running) == (source, target, True)
    assert replications_of([schedule_of(1, "storage.replication_run", params={})], [], []) == []


def test_what_was_sent_last_is_needed_in_each_child_and_only_there():
    push = Replication("tank/home", None, recursive=True, sent="auto-2026-11-26_08-00")
    pull = replace(push, source=None, target="tank/home")
    for ends in (push, pull):
        listed = [*hourly(6), *hourly(6, dataset="tank/home/ada"), *hourly(6, dataset="tank/b")]
        said = reasons(listed, HOURLY, replace(HOURLY, dataset="tank/b"), replications=[ends])
        needed = [place for place, (reason, _) in enumerate(said) if reason == "replication_base"]
        assert needed == [1, 7]


def test_a_policy_is_tried_on_a_dataset_as_if_all_of_it_were_of_one_task():
    task = replace(HOURLY, recursive=False, policy=Retention(keep_daily=1))
    listed = [snapshot("odd", 0, holds=1), snapshot("other", 1), snapshot("x", 2, at=NOW)]
    tried = fates_under(task, [*listed, snapshot("y", 3, dataset="tank/b")], World([], [], NOW))
    assert [(one.name, one.verdict.reason) for one in tried] == [
        ("tank/home@odd", "held"), ("tank/home@other", "not_kept"), ("tank/home@x", "keep_daily"),
    ]  # fmt: skip


# ---- what holds for all

tasks = st.lists(
    st.builds(
        lambda number, policy, zone, minute, schema: replace(
            HOURLY, id=UUID(int=number), policy=policy, schema=schema,
            rule=Rule(f"{minute} * * * *", zone),
        ),
        st.integers(1, 4),
        st.one_of(
            st.none(),
            st.integers(0, 4).map(lambda count: Retention(keep_last=count)),
            st.integers(1, 90).map(lambda hours: Retention(lifetime=HOUR * hours)),
            st.integers(0, 3).map(lambda count: Retention(keep_daily=count, min_age="PT5H")),
        ),
        st.sampled_from(["UTC", "Europe/Vienna"]),
        st.sampled_from(["0", "*/30"]),
        st.sampled_from([SCHEMA, "auto-%Y-%m-%d_%H-%M%z"]),
    ),
    max_size=3, unique_by=lambda task: task.id,
)  # fmt: skip
standing = st.lists(
    st.builds(
        lambda hours, order, schema, task, holds, protected: snapshot(
            name_at(schema, NOW - HOUR * hours), order, at=NOW - HOUR * hours,
            task=task and replace(HOURLY, id=UUID(int=task)), holds=holds, is_protected=protected,
        ),
        st.integers(0, 100), st.integers(0, 10_000),
        st.sampled_from([SCHEMA, "auto-%Y-%m-%d_%H-%M%z"]),
        st.one_of(st.none(), st.integers(1, 5)), st.sampled_from([0, 0, 0, 1]),
        st.sampled_from([False, False, True]),
    ),
    max_size=25, unique_by=(lambda one: one.name, lambda one: one.order),
)  # fmt: skip


@given(standing, tasks)
def test_nothing_goes_that_is_needed_or_that_an_owner_keeps(listed, owners):
    world = World(tasks=owners, replications=[], now=NOW)
    for one, fate in zip(listed, fates(listed, world), strict=True):
        if not fate.keep:
            assert not one.holds
            assert not one.is_protected
            assert fate.owners
            assert not any(task.is_for_ever for task in fate.owners)
            assert one.task is None or one.task in {str(task.id) for task in fate.owners}


@given(standing, tasks)
def test_pruning_twice_is_as_good_as_once(listed, owners):
    world = World(tasks=owners, replications=[], now=NOW)
    left = [one for one, fate in zip(listed, fates(listed, world), strict=True) if fate.keep]
    assert all(fate.keep for fate in fates(left, world))


@given(standing, tasks)
def test_every_task_that_owned_one_is_left_one(listed, owners):
    said = fates(listed, World(tasks=owners, replications=[], now=NOW))
    for task in owners:
        own = [fate for fate in said if task in fate.owners]
        schema = [fate for fate in said if any(one.schema == task.schema for one in fate.owners)]
        assert not own or any(fate.keep for fate in schema)


# ---- what has to be read


@pytest.mark.parametrize(
    ("asked", "ends", "seen"),
    [
        (["tank/home"], [], ["tank/home"]),
        (["tank/home", "tank/home/ada"], [], ["tank/home"]),
        (["tank/home"], [("tank/home", "vault/home")], ["tank/home", "vault/home"]),
        (["vault/home"], [("tank/home", "vault/home")], ["tank/home", "vault/home"]),
        (["tank"], [("tank/home", "vault/home")], ["tank", "vault/home"]),
        (["tank/home/ada"], [("tank/home", "vault/home")], ["tank/home/ada", "vault/home"]),
        (["tank/home"], [("tank/mail", "vault/mail"), ("tank/homes", "vault/x")], ["tank/home"]),
        (["tank/home"], [("tank/home", None), (None, "tank/home")], ["tank/home"]),
        (["tank"], [("tank/home", "tank/copy")], ["tank"]),
    ],
)
def test_only_what_was_asked_about_and_the_other_ends_of_its_replications_are_read(
    asked, ends, seen
):
    replications = [Replication(source, target, recursive=True) for source, target in ends]
    world = World(tasks=[], replications=replications, now=NOW)
    assert trees_about(asked, world) == seen
