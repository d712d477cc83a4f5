"""The parameters of a query: unknown ones are refused unless a query says else."""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict


class Query(BaseModel):
    """What a query may say. flask-openapi asks for the schema at every request: it is kept."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the schema; as it is asked for at requests, from memory."""
        if args or options:
            return super().model_json_schema(*args, **options)
        return dict(_schema(cls))


@cache
def _schema(of: type[Query]) -> dict[str, Any]:
    return super(Query, of).model_json_schema()
