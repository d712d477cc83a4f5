"""A tab that is watched: what its console says, what axe finds, how it looks."""

import os
from pathlib import Path

from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("CALYPSO_TEST_PICTURES")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GRAVE = {"serious", "critical"}
# What the browser itself writes of a refused request.
RESOURCE = "the server responded with a status of {}"
expect.set_options(timeout=20_000)


class Watched:
    """A page of the browser, and what must not be said of it."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        self.expected = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, message):
        told = f"{message.type}: {message.text} ({message.location.get('url', '')})"
        if message.type in {"error", "warning"} and not any(one in told for one in self.expected):
            self.complaints.append(told)

    def allow(self, part):
        """Expect a complaint with this in it: the browser itself reports every refused request."""
        self.expected.append(part)

    def go(self, path):
        """Open a page and return when its heading is there."""
        self.page.goto(path)
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.page

    def sound(self):
        """Nothing grave for axe, in both themes."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = self._violations()
            assert not found, f"{scheme}: {found}"
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    def _violations(self):
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run().then((told) => told.violations)")
        return [
            (
                one["id"],
                one["help"],
                [(node["target"], node["failureSummary"]) for node in one["nodes"][:3]],
            )
            for one in found
            if one["impact"] in GRAVE
        ]

    def picture(self, name):
        """Keep how it looks, light and dark, where CALYPSO_TEST_PICTURES names a folder.

        At both widths nothing but a table or a log may be wider than the page.
        """
        for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
            self.page.set_viewport_size(viewport)
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert self.page.evaluate(overflow) <= 0, f"{name} is wider than {width}"
            if PICTURES:
                self._keep(f"{name}-{width}")
        self.page.set_viewport_size(WIDE)

    def _keep(self, name):
        self.page.screenshot(path=Path(PICTURES) / f"{name}.png")
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self.page.screenshot(path=Path(PICTURES) / f"{name}-dark.png")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
