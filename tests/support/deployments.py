"""The file that describes a running stack to operators' verbs."""

from pathlib import Path

import yaml

from deploy.embedded.stack import Info


def described_in(info: Info, folder: Path, counties: tuple[str, ...]) -> Path:
    """Write the file for a stack and return its path."""
    file = folder / "deployment.yaml"
    services = {
        name: {"url": url, "dsn": info.postgres[name], "owner_dsn": info.postgres_owner[name]} for name, url in info.services.items()
    }
    about = {"name": "yinuo.local", "kafka": info.kafka, "counties": list(counties), "trust": f"{info.data}/secrets/trust.policy"}
    file.write_text(yaml.safe_dump({**about, "services": services}))
    return file
