"""The portal's settings."""

from pathlib import Path
from typing import Annotated, Literal, Self

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
    visitor_posts_per_hour: int = Field(
        600, ge=0, description="What is taken in an hour from one address of those who do not sign in; 0: without a limit"
    )
    visitor_posts_at_once: int = Field(120, ge=1, description="How much of it may come at once")
    forwarded_by: int = Field(
        0, ge=0, le=10, description="Proxies of our own before the portal that write X-Forwarded-For; 0: not believed"
    )
    page_wait_seconds: float = Field(
        2.0,
        ge=0,
        le=60,
        description="How long a page waits for what was done on the one before; then it says that it is not there yet",
    )
    archive_keep: int | None = Field(None, ge=1_000, description="Events kept of each lane for streams to be caught up from; none: all")
    smtp: Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[0-9]{1,5}$")] | None = Field(None, description="host:port of a mail server")
    smtp_tls: Literal["starttls", "tls", "none"] = Field("starttls", description="How the mail server is spoken to")
    smtp_from: Annotated[str, StringConstraints(pattern=r"^[^\s@<>]+@[A-Za-z0-9.-]+$")] | None = Field(None, description="Who mail is from")
    smtp_user: str | None = Field(None, description="Account at the mail server; none: it asks for none")
    smtp_password_file: Path | None = Field(None, description="A file with that account's password")
    webhook_url: Address | None = Field(None, description="Where notifications for SMS and WeChat gateways are posted")
    webhook_secret_file: Path | None = Field(None, description="A file with the secret that signs what is posted there")
    notify_retry_seconds: float = Field(30.0, ge=0.1, le=3_600, description="After a failed dispatch, the first wait; each one doubles it")
    notify_quiet: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] | None = Field(
        "21:00-08:00", description="When nobody is notified, by the county's clock; 00:00-00:00 is never"
    )
    open311_keys_file: Path | None = Field(
        None,
        description="A file with the API keys that may create Open311 requests, one a line; none: everybody in development, else nobody",
    )

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

    @model_validator(mode="after")
    def _whole_ports(self) -> Self:
        if self.smtp is not None and self.smtp_from is None:
            raise ValueError("smtp needs smtp_from: who mail is from")
        if (self.smtp_user is None) != (self.smtp_password_file is None):
            raise ValueError("smtp_user and smtp_password_file go together")
        if (self.webhook_url is None) != (self.webhook_secret_file is None):
            raise ValueError("webhook_url and webhook_secret_file go together: what is posted is signed")
        return self

    def client_secret(self) -> str:
        """Return the portal's client secret; ValueError with the file's name where it cannot be read."""
        return _read(self.oidc_client_secret_file, "the portal's client secret")

    def smtp_password(self) -> str | None:
        """Return the password at the mail server; None where it asks for none, ValueError as above."""
        return None if self.smtp_password_file is None else _read(self.smtp_password_file, "the password at the mail server")

    def webhook_secret(self) -> bytes | None:
        """Return the secret that signs what is posted; None where nothing is, ValueError as above."""
        return None if self.webhook_secret_file is None else _read(self.webhook_secret_file, "the webhook's secret").encode()

    def open311_keys(self) -> tuple[str, ...]:
        """Return the API keys of Open311, none where there is no file; ValueError as above."""
        if self.open311_keys_file is None:
            return ()
        return tuple(line.strip() for line in _read(self.open311_keys_file, "API keys").splitlines() if line.strip())


def _read(file: Path, what: str) -> str:
    """Return a secret file's text; ValueError with its name where it holds none."""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ValueError(f"{file} must hold {what}: {fault}") from fault
    if not secret:
        raise ValueError(f"{file} is empty")
    return secret
