"""Is it stuck? What is true about a job, and what an operator may do about a silent node."""

from typing import Annotated, Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.context import actor, answer, house
from api.job_shapes import JobPath
from calypso.engine import doctor, release
from calypso.models.diagnosis import Diagnosis
from calypso.models.job import Job

blueprint = APIBlueprint("remedies", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="jobs")])


class ReleaseRequest(BaseModel):
    """Why it is given up."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="How it is known that the node will not come back."
    )


@blueprint.post("/jobs/<uuid:job_id>/doctor", responses={200: Diagnosis})
def examine_job(path: JobPath) -> Any:
    """Find out whether a job is stuck, and which action is safe.

    Asks the node that runs it, for 10 seconds at most; changes nothing.
    """
    here = house()
    found = doctor.diagnose(
        here.ports, here.types, actor(), path.job_id, lease_s=here.settings.lease_s
    )
    return answer(found)


@blueprint.post("/jobs/<uuid:job_id>/release", responses={200: Job})
def release_job(path: JobPath, body: ReleaseRequest) -> Any:
    """Give up a running job of a node that is silent and will not come back.

    It becomes `lost` and its locks are free. Refused while the node may still run it.
    """
    here = house()
    done = release.release(
        here.ports, actor(), path.job_id, note=body.note, lease_s=here.settings.lease_s
    )
    return answer(done)
