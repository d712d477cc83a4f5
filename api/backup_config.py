"""The backup configuration over HTTP: its versions. It is changed by jobs."""

from typing import Annotated, Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import answer, house, listed, need
from api.queries import Query
from calypso.models.backup_books import BackupReading, KeptConfig
from calypso.models.names import NodeName
from calypso.store import cursors

ORDER = "backup configs, newest first"
MOST_VERSION = (1 << 31) - 1

blueprint = APIBlueprint(
    "backup_config", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="backup")]
)


class NodeQuery(Query):
    """On whose director."""

    node: NodeName | None = Field(default=None, description="Empty: this one.")


class ConfigsQuery(NodeQuery):
    """Which versions."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class VersionPath(BaseModel):
    """Which version."""

    version: int = Field(ge=1, le=MOST_VERSION)


class Configs(BaseModel):
    """Some versions, the newest first."""

    items: list[KeptConfig]
    next_cursor: str | None


@blueprint.get("/backup/configs", responses={200: Configs})
def list_configs(query: ConfigsQuery) -> Any:
    """List the versions of the backup configuration, newest first."""
    need("backup:read")
    before = None if query.cursor is None else cursors.read_number(query.cursor, ORDER)
    found = _of(query.node).configs(limit=query.limit + 1, before=before)
    page, more = found[: query.limit], found[query.limit :]
    following = cursors.write(ORDER, (str(page[-1].version),)) if more else None
    return listed(list(page), following)


@blueprint.get("/backup/configs/<int:version>", responses={200: KeptConfig})
def get_config(path: VersionPath, query: NodeQuery) -> Any:
    """Return a version of the backup configuration; passwords are names of secrets."""
    need("backup:read")
    return answer(_of(query.node).version(path.version))


def _of(node: str | None) -> BackupReading:
    return house().ports.backup.reading(node or house().settings.node)
