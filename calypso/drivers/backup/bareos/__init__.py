"""Bareos: its own console program, and its answers in JSON; by documentation and source alone."""

from calypso.drivers.backup.bareos.console import Console
from calypso.drivers.backup.bareos.driver import BareosBackup

__all__ = ["BareosBackup", "Console"]
