"""Projects's settings."""

from pydantic import Field

from shared.kernel.settings import FilesUrl, ServiceSettings


class Settings(ServiceSettings):
    """What projects needs from its environment."""

    evidence_url: FilesUrl = Field(
        "file:///var/lib/yinuo-evidence", description="Where evidence files are kept: file:///a/folder or s3://bucket/prefix"
    )
