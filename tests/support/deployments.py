"""The file that describes a running stack to operators' verbs."""

from pathlib import Path

import yaml

from deploy.embedded.portal import portal_dsns
from deploy.embedded.stack import Info, Stack


def described_in(info: Info, folder: Path, counties: tuple[str, ...], *, with_portal_of: Stack | None = None) -> Path:
    """Write the file for a stack and return its path; the portal is in it where its stack is given."""
    file = folder / "deployment.yaml"
    services = {
        name: {"url": url, "dsn": info.postgres[name], "owner_dsn": info.postgres_owner[name]} for name, url in info.services.items()
    }
    about = {"name": "yinuo.local", "kafka": info.kafka, "counties": list(counties), "trust": f"{info.data}/secrets/trust.policy"}
    portal = {}
    if with_portal_of is not None:
        dsn, owner_dsn = portal_dsns(with_portal_of.postgres)
        portal = {"portal": {"url": info.portal, "dsn": dsn, "owner_dsn": owner_dsn}}
    file.write_text(yaml.safe_dump({**about, "services": services, **portal}))
    return file
