"""Typed settings from the environment: unknown ones are refused, secrets come from files."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.kernel.sealing import KEY_BYTES
from shared.kernel.transparency.identity import Identity

PREFIX = "YINUO_"
FilesUrl = Annotated[str, StringConstraints(pattern=r"^(file:///.+|s3://[^/]+.*)$")]
"""Where files are kept: a folder or an S3 bucket."""
County = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class ServiceSettings(BaseSettings):
    """What one service needs to know; every variable is `YINUO_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    environment: Literal["development", "production"] = "production"
    deployment: str = Field("yinuo.local", description="The deployment's name, first part of every log's origin")
    counties: Annotated[tuple[County, ...], NoDecode] = Field(description="Codes of the counties served, separated by commas")
    database_dsn: str = Field(description="PostgreSQL as the service's own role, direct (no transaction pooler)")
    database_owner_dsn: str | None = Field(None, description="PostgreSQL as the owner; only `migrate` reads it")
    database_pool: int = Field(10, ge=2, le=100, description="Connections at most")
    kafka: str = Field(description="host:port of a broker")
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=1, le=65535)
    http_unread_seconds: int = Field(60, ge=1, le=3_600, description="A connection that takes nothing for so long is let go (Linux)")
    instance: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = Field(
        None, description="A name this process keeps when it is started again: Kafka then gives it its partitions back at once"
    )
    clock: Literal["real", "simulated"] = "real"
    token_issuer: str
    token_audience: str
    token_algorithm: Literal["ES256", "RS256", "PS256", "EdDSA"] = "ES256"  # noqa: S105 - an algorithm
    token_keys_file: str = Field(description="The issuer's JWKS: a file's path or an https address")
    sealing_key_file: Path = Field(description="A file with 64 hexadecimal digits: the key that wraps persons' keys")
    log_key_file: Path | None = Field(
        None, description="A file with the keys that sign the lanes' checkpoints, 64 hexadecimal digits a line, the newest first"
    )
    witness_key_file: Path | None = Field(None, description="A file with the key that cosigns other services' checkpoints")
    trust_file: Path | None = Field(None, description="The trust policy (c2sp.org/tlog-policy): logs, witnesses, how many must cosign")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str | None = Field(None, description="Where spans go (OTLP over HTTP); none: ids are carried, nothing is sent")

    @field_validator("counties", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, values: object) -> object:
        known = {PREFIX + name.upper() for name in cls.model_fields}
        unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        return values

    @model_validator(mode="after")
    def _no_development_in_production(self) -> Self:
        if self.environment == "production" and (self.clock == "simulated" or self.token_issuer.endswith(".yinuo.local")):
            raise ValueError("the simulated clock and the development issuer are refused outside YINUO_ENVIRONMENT=development")
        return self

    @model_validator(mode="after")
    def _all_or_none_for_proofs(self) -> Self:
        given = [self.log_key_file, self.witness_key_file, self.trust_file]
        if any(given) and not all(given):
            raise ValueError("log_key_file, witness_key_file and trust_file go together: give all of them, or none to sign nothing")
        return self

    def identity(self, service: str) -> Identity | None:
        """Return a service's part in the proofs, None where none was given; ValueError names the file that does not serve."""
        if self.log_key_file is None or self.witness_key_file is None or self.trust_file is None:
            return None
        return Identity.read(self.deployment, service, log_keys=self.log_key_file, witness_key=self.witness_key_file, trust=self.trust_file)

    def sealing_key(self) -> bytes:
        """Return the 32 bytes that wrap persons' keys; ValueError with the file's name when it does not hold them."""
        try:
            key = bytes.fromhex(self.sealing_key_file.read_text().strip())
        except (OSError, ValueError) as fault:
            raise ValueError(f"{self.sealing_key_file} must hold 64 hexadecimal digits: {fault}") from fault
        if len(key) != KEY_BYTES:
            raise ValueError(f"{self.sealing_key_file} must hold 64 hexadecimal digits")
        return key
