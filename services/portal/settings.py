"""The portal's settings."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.kernel.settings import ServiceSettings

Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")]


class Settings(ServiceSettings):
    """What the portal needs from its environment besides what every service does; `sealing_key_file` seals its sessions."""

    public_url: Address = Field(description="Where browsers reach the portal, without a slash at the end")
    service_urls: Annotated[dict[str, Address], NoDecode] = Field(
        description="Where the portal reaches the services: `intake=http://…,projects=http://…,supervision=http://…,scoring=http://…`"
    )
    oidc_authorize_url: Address = Field(description="The provider's authorization endpoint, as browsers reach it")
    oidc_token_url: Address = Field(description="The provider's token endpoint, as the portal reaches it")
    oidc_end_url: Address | None = Field(None, description="The provider's end-session endpoint; none: signing out ends the session here")
    oidc_client_id: str = "yinuo-portal"
    oidc_client_secret_file: Path = Field(description="A file with the portal's client secret at the provider")
    oidc_visitor_scope: str = Field(
        "openid visitor:{county}", description="What the portal asks a token for to carry in what people say who do not sign in"
    )
    archive_keep: int | None = Field(None, ge=1_000, description="Events kept of each lane for streams to be caught up from; none: all")
    smtp: Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[0-9]{1,5}$")] | None = Field(None, description="host:port of a mail server")
    webhook_url: Address | None = Field(None, description="Where notifications for SMS and WeChat gateways are posted")

    @field_validator("service_urls", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return dict(part.strip().split("=", 1) for part in value.split(",") if "=" in part)

    @model_validator(mode="after")
    def _all_services(self) -> Self:
        missing = {"intake", "projects", "supervision", "scoring"} - self.service_urls.keys()
        if missing:
            raise ValueError(f"service_urls lacks {', '.join(sorted(missing))}")
        return self

    def client_secret(self) -> str:
        """Return the portal's client secret; ValueError with the file's name where it cannot be read."""
        try:
            secret = self.oidc_client_secret_file.read_text().strip()
        except OSError as fault:
            raise ValueError(f"{self.oidc_client_secret_file} must hold the portal's client secret: {fault}") from fault
        if not secret:
            raise ValueError(f"{self.oidc_client_secret_file} is empty")
        return secret
