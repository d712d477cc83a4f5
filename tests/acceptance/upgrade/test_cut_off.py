"""Nobody is left behind who cannot read the database: releases, workers, other machines."""

import shutil


def is_unchanged(appliance):
    return (appliance.current, appliance.running, appliance.dumps) == ("1.0", {"1.0"}, [])


def test_a_release_that_takes_away_what_the_one_in_use_needs_is_refused(appliance):
    appliance.release("3.0", needs="0013", leaves="0012")
    code, said = appliance.do("activate", "3.0")
    assert code == 1
    assert "3.0 takes away what 1.0 needs, and this machine runs that" in said
    assert "one that knows 0012" in said
    assert is_unchanged(appliance)


def test_by_way_of_the_release_in_between_it_is_put_in_use(appliance):
    appliance.release("2.5", needs="0012")
    appliance.release("3.0", needs="0013", leaves="0012")
    assert appliance.do("activate", "2.5")[0] == 0
    code, said = appliance.do("activate", "3.0")
    assert code == 0, said
    assert appliance.do("rollback")[0] == 0


def test_what_was_taken_away_long_ago_bothers_nobody(appliance):
    appliance.release("3.0", needs="0013", leaves="0009", floor="0009")
    assert appliance.do("activate", "3.0")[0] == 0


def test_a_worker_of_another_machine_is_not_cut_off_either(appliance):
    appliance.release("2.5", needs="0012")
    appliance.release("3.0", needs="0013", leaves="0012", workers=[("far", "1.0"), ("box", "2.5")])
    assert appliance.do("activate", "2.5")[0] == 0
    code, said = appliance.do("activate", "3.0")
    assert code == 1
    assert "takes away what 1.0 needs, and a worker of far runs that" in said
    assert appliance.current == "2.5"


def test_nor_is_one_of_a_release_that_nobody_here_knows(appliance):
    appliance.release("3.0", needs="0013", leaves="0011", workers=[("far", "0.5")])
    code, said = appliance.do("activate", "3.0")
    assert code == 1
    assert "takes away what 0.5 needs" in said
    assert is_unchanged(appliance)


def test_the_database_is_not_brought_back_from_under_other_machines(appliance):
    appliance.do("activate", "2.0.0")
    appliance.needs("1.0", workers=[{"node": "far", "version": "2.0.0"}])
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 1
    assert "Workers of far use this database" in said
    assert appliance.running == {"2.0.0"}
    assert len(appliance.dumps) == 1


def test_a_node_changes_releases_and_no_database(appliance):
    appliance.become_node()
    code, said = appliance.do("activate", "2.0.0")
    assert code == 0, said
    assert appliance.running == {"2.0.0"}
    assert "2.0.0 migrate" not in appliance.calls
    (folder,) = appliance.dumps
    assert sorted(one.name for one in folder.iterdir()) == ["change.json", "etc"]
    assert appliance.do("rollback")[0] == 0


def test_a_node_waits_for_its_control_plane(appliance):
    appliance.become_node()
    appliance.needs("2.0.0", needs="0012")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "Upgrade the control plane first" in said
    assert is_unchanged(appliance)


def test_a_node_brings_no_database_back(appliance):
    appliance.do("activate", "2.0.0")
    appliance.become_node()
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 1
    assert "This machine is a node" in said
    assert appliance.running == {"2.0.0"}


def test_a_release_in_use_that_has_gone_is_missed_before_anything_is_changed(appliance):
    shutil.rmtree(appliance.home / "releases/1.0")
    code, said = appliance.do("activate", "2.0.0")
    assert code == 1
    assert "names 1.0, which is not in" in said
    assert appliance.dumps == []
    (appliance.home / "current").unlink()
    code, said = appliance.do("activate", "2.0.0")
    assert code == 0, said
    (folder,) = appliance.dumps
    assert (folder / "database.dump").is_file()


def test_no_room_to_bring_the_database_back_leaves_it_as_it_was_and_all_serve_again(appliance):
    appliance.do("activate", "2.0.0")
    appliance.execute("CREATE TABLE calypso.later (n int)")
    appliance.fill_disk_at_restore()
    code, said = appliance.do("rollback", "--restore", "--yes")
    assert code == 1
    assert "2.0.0 is in use again" in said
    assert (appliance.current, appliance.running) == ("2.0.0", {"2.0.0"})
    assert appliance.execute("SELECT to_regclass('calypso.later') IS NULL") == [(False,)]
