"""Which parts of a cartridge are read when not all are."""

import pytest

from calypso.jobs.tape.media_verify import sample
from calypso.models.archive import ArchivePart


def parts(count):
    return [
        ArchivePart(
            number=n, barcode="CAL001L8", file=2 * n + 2, first_byte=n, size_bytes=1, sha256="ab"
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("there", "percent", "drawn"),
    [(0, 50, 0), (1, 1, 1), (10, 1, 1), (10, 10, 1), (10, 11, 2), (10, 99, 10), (10, 100, 10)],
)
def test_a_share_is_rounded_up_and_never_nothing(there, percent, drawn):
    assert len(sample(parts(there), percent, seed="a job")) == drawn


def test_what_is_drawn_stays_in_the_order_of_the_tape():
    drawn = sample(parts(50), 30, seed="a job")

    assert drawn == sorted(drawn, key=lambda part: part.file)


def test_a_job_that_is_run_again_draws_the_same():
    assert sample(parts(50), 10, seed="a job") == sample(parts(50), 10, seed="a job")


def test_many_jobs_draw_every_part_at_some_time():
    there = parts(20)

    drawn = {part for job in range(200) for part in sample(there, 5, seed=f"job {job}")}

    assert drawn == set(there)
