"""Prints what was promised and measured: tests note it with `record_property`."""


def pytest_terminal_summary(terminalreporter):
    """Print each property of the tests that passed or failed."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"{name}: {value}")
