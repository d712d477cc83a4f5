"""A flag that a drive has raised once is not forgotten because somebody has read it."""

from calypso.drivers.tape import alert
from calypso.drivers.tape.changer.alerts import noted


def numbers(file, barcode, *raised):
    return [one.number for one in noted(file, barcode, map(alert, raised))]


def test_a_flag_stays_up_after_it_was_read(tmp_path):
    file = tmp_path / "state" / "D1.alerts"

    assert numbers(file, "A00001L5") == []
    assert not file.exists()
    assert numbers(file, "A00001L5", 20, 4) == [4, 20]
    assert numbers(file, "A00001L5", 30) == [4, 20, 30]
    assert numbers(file, "A00001L5") == [4, 20, 30]


def test_another_cartridge_takes_down_what_was_about_the_one_before(tmp_path):
    numbers(tmp_path / "D1.alerts", "A00001L5", 20, 4, 30)

    assert numbers(tmp_path / "D1.alerts", None) == [20, 30]
    assert numbers(tmp_path / "D1.alerts", "A00002L5") == [20, 30]


def test_a_cleaning_cartridge_takes_down_the_wish_for_one(tmp_path):
    numbers(tmp_path / "D1.alerts", "A00001L5", 20, 30)

    assert numbers(tmp_path / "D1.alerts", "CLN001L5") == [30]
    assert numbers(tmp_path / "D1.alerts", None) == [30]
