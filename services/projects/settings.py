"""Projects's settings."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.kernel.settings import ServiceSettings


class Settings(ServiceSettings):
    """What projects needs from its environment."""

    evidence_url: Annotated[str, StringConstraints(pattern=r"^(file:///.+|s3://[^/]+.*)$")] = Field(
        "file:///var/lib/yinuo-evidence", description="Where evidence files are kept: file:///a/folder or s3://bucket/prefix"
    )
