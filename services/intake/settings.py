"""Intake's settings."""

from pydantic import Field

from shared.kernel.settings import FilesUrl, ServiceSettings


class Settings(ServiceSettings):
    """What intake needs from its environment."""

    photos_url: FilesUrl = Field(
        "file:///var/lib/yinuo-photos", description="Where photos of needs are kept, as ciphertext: file:///a/folder or s3://bucket/prefix"
    )
