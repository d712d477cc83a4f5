"""Bacula: the director's console protocol, and its catalog by SQL."""

from calypso.drivers.backup.bacula.driver import BaculaBackup
from calypso.drivers.backup.bacula.session import Director
from calypso.drivers.backup.bacula.tools import Tools

__all__ = ["BaculaBackup", "Director", "Tools"]
