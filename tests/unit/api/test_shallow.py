"""A stream begins aside, so that what began it is not kept for as long as it lasts."""

import gevent
import pytest
from greenlet import getcurrent

from api.server import STREAMS, Shallow

OTHERS = "/api/v1/jobs"


class App:
    """Answers after a wait, and notes in which greenlet it ran."""

    def __init__(self, failure=None):
        self.ran_in, self.failure = None, failure

    def __call__(self, environ, start_response):
        gevent.sleep(0.001)
        self.ran_in = getcurrent()
        environ["werkzeug.request"] = "all that came"
        if self.failure is not None:
            raise self.failure
        start_response("200 OK", [])
        return [b"hello"]


def asked(path):
    return {"PATH_INFO": path, "HTTP_HOST": "x", "wsgi.file_wrapper": list}


def answered(app, environ):
    """Return (body, status, whether it ran in the greenlet of the connection)."""
    statuses = []

    def serve():
        body = Shallow(app)(environ, lambda status, _headers: statuses.append(status))
        return body, statuses, getcurrent() is app.ran_in

    return gevent.spawn(serve).get()


def test_a_stream_is_begun_in_a_greenlet_that_ends_and_other_requests_are_not():
    assert answered(App(), asked(STREAMS)) == ([b"hello"], ["200 OK"], False)
    assert answered(App(), asked(OTHERS)) == ([b"hello"], ["200 OK"], True)


def test_what_a_request_came_with_is_let_go_once_its_stream_has_begun():
    stream, other = asked(STREAMS), asked(OTHERS)

    answered(App(), stream)
    answered(App(), other)

    assert set(stream) == {"wsgi.file_wrapper"}, "the server asks for that yet"
    assert other["werkzeug.request"] == "all that came"


def test_what_fails_at_the_beginning_of_a_stream_is_raised_to_the_server():
    with pytest.raises(OSError, match="broken"):
        answered(App(OSError("broken")), asked(STREAMS))
