"""Pure nouns. They import nothing but pydantic and `calypso.errors`."""
