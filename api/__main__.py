"""`python -m api`: the server. Greenlets first, then everything else."""

from gevent import monkey  # type: ignore[import-untyped]  # it has no types

monkey.patch_all()  # before ssl, redis and psycopg are imported: patched late, they would block

from api.server import main  # noqa: E402 - see above

if __name__ == "__main__":
    main()
