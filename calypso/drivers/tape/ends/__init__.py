"""The programs that move data to and from tapes; standard library only. See `program.py`."""
