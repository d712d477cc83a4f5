"""What a first visit costs: bytes of script, and time to the first paint beside a bare page."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from statistics import median

from playwright.sync_api import expect

MOST_SCRIPT_BYTES = 250_000  # compressed, as they come over the wire
SLOWER = 4  # the processor of a cheap laptop, or of a phone
ROUNDS = 3
MOST_TIMES_BARE = 8
BARE = b"<!doctype html><title>Bare</title><h1>Bare</h1>"
SCRIPTS = """performance.getEntriesByType("resource")
  .filter((one) => new URL(one.name).pathname.endsWith(".js"))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
PAINTED = """new Promise((told) => new PerformanceObserver((list) => {
    const first = list.getEntriesByName("first-contentful-paint")[0];
    if (first) told(first.startTime);
  }).observe({ type: "paint", buffered: true }))"""


class Bare(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(BARE)

    def log_message(self, *told):
        pass


@contextmanager
def bare_page():
    """The address of a page that has nothing."""
    with HTTPServer(("127.0.0.1", 0), Bare) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_first_page_loads_no_more_script_than_its_budget(tab):
    page = tab.go("/")
    expect(page.get_by_text("Loading…")).to_have_count(0)

    script_bytes = page.evaluate(SCRIPTS)

    assert 50_000 < script_bytes < MOST_SCRIPT_BYTES, script_bytes


def test_the_first_paint_on_a_slow_processor_is_within_its_bound_of_a_bare_page_s(opened):
    page = opened(None).page
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    with bare_page() as bare:
        ratios = [painted_ms(page, "/") / painted_ms(page, bare) for _ in range(ROUNDS)]

    assert median(ratios) < MOST_TIMES_BARE, ratios


def painted_ms(page, address):
    page.goto(address)
    return page.evaluate(PAINTED)
