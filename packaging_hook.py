"""What lies beside the package in a checkout goes inside it in a wheel, which may not claim a name such as `config`."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BESIDE = ("config", "migrations", "templates", "worker")


class Inside(BuildHookInterface[Any]):
    """Maps the folders for a built wheel; an editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by the build before it collects files."""
        if version == "standard":
            build_data["force_include"].update({name: f"mla_tracker/{name}" for name in BESIDE})
