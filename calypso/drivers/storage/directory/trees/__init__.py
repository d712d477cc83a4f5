"""File trees: read, copied, hashed, sent and received. Standard library only, for `stream.py`."""
