"""A tape library in a directory: no root, no kernel. For trying Calypso and for tests.

A library is a folder, each slot and drive a folder in it, and a cartridge a folder in one of these
(`ends/folder.py` says what is inside). So a move is one rename: whatever dies in the middle, each
cartridge is in one place, and a fresh look at the folders is the truth.
"""

from calypso.drivers.tape.filelib.driver import FileTape

__all__ = ["FileTape"]
