"""`python -m calypso`: the program, without an installed script."""

from calypso.cli.main import app

if __name__ == "__main__":
    app(prog_name="calypso")
