"""Ids that go along with a request."""

from contextlib import contextmanager

import pytest

from calypso.models import tracing
from calypso.models.tracing import Trace, begun, here, of_row, within

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture(autouse=True)
def nobody_measures():
    yield
    tracing.uninstall()


def test_a_request_goes_on_in_the_trace_of_its_sender():
    trace = begun(f"00-{TRACE}-{SPAN}-01", "order-7")
    assert trace == Trace(TRACE, SPAN, "order-7")
    assert of_row(trace.row()) == trace


@pytest.mark.parametrize(
    ("parent", "request_id"),
    [
        (None, None),
        ("00-xyz-1-01", "a b"),
        (f"00-{'0' * 32}-{SPAN}-01", "x" * 65),
        (f"00-{TRACE}-{'0' * 16}-01", "a\nforged: line"),
        (f"00-{TRACE.upper()}-{SPAN}-01", ""),
    ],
)
def test_what_is_no_id_is_as_good_as_none(parent, request_id):
    first, second = begun(parent, request_id), begun(parent, request_id)
    assert first.trace_id != second.trace_id
    assert TRACE not in (first.trace_id, first.trace_id.upper())
    assert first.request_id == first.trace_id


def test_a_place_is_left_as_it_was_found():
    outer, inner = begun(None, "outer"), begun(None, "inner")
    assert here() is None
    with within(outer):
        with within(inner):
            assert here() == inner
        with pytest.raises(KeyError), within(inner):
            raise KeyError
        assert here() == outer
    assert here() is None
    assert of_row(None) is None


class Notebook:
    """Writes spans down."""

    def __init__(self):
        self.spans = []

    @contextmanager
    def span(self, name, parent, attributes):
        noted = dict(attributes)
        own = Trace(TRACE, f"{len(self.spans):016x}", parent.request_id if parent else "new")
        self.spans.append((name, parent, noted))
        yield own, noted.__setitem__

    def ended(self, name, parent, attributes, *, elapsed_s, failed):
        self.spans.append((name, parent, dict(attributes) | {"s": elapsed_s, "failed": failed}))


def test_spans_hang_below_each_other_where_somebody_measures():
    book = Notebook()
    tracing.install(book)
    with tracing.span("outer") as note:
        outer = here()
        note("outcome", "succeeded")
        tracing.ended("zfs", elapsed_s=1.5, failed=True, subsystem="storage")
    assert here() is None
    assert book.spans == [
        ("outer", None, {"outcome": "succeeded"}),
        ("zfs", outer, {"subsystem": "storage", "s": 1.5, "failed": True}),
    ]


def test_where_nobody_measures_a_span_changes_nothing():
    with within(begun(None, "x")):
        place = here()
        with tracing.span("outer") as note:
            note("a", "b")
            assert here() is place
        tracing.ended("zfs", elapsed_s=1, failed=False)
