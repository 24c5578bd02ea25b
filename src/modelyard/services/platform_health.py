"""Looks whether the platform can do its work, in words that anybody may read."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.errors import ModelyardError
from modelyard.services.health import LEAST_FREE_BYTES, HealthCheck


@dataclass(frozen=True)
class PlatformHealthService:
    """Examines what every request stands on.

    Attributes:
        home: the project folder.
        ask_database: raises unless the database answers.
    """

    home: Path
    ask_database: Callable[[], None]

    def examine(self) -> tuple[HealthCheck, ...]:
        """Look at everything; what is not sound does not hide the rest."""
        return (self._database(), self._disk())

    def _database(self) -> HealthCheck:
        try:
            self.ask_database()
        except ModelyardError as error:
            return HealthCheck(
                "database", is_sound=False, detail="It does not answer.", fix=str(error)
            )
        return HealthCheck("database", is_sound=True, detail="It answers.")

    def _disk(self) -> HealthCheck:
        folder = next(each for each in (self.home, *self.home.parents) if each.exists())
        free = shutil.disk_usage(folder).free
        is_sound = free >= LEAST_FREE_BYTES
        return HealthCheck("disk", is_sound=is_sound, detail=f"{free / 1e9:.1f} GB are free.")
