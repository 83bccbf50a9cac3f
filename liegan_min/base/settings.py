"""Settings that a run depends on, checked in one place."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from liegan_min.base.errors import InputError


class Settings(BaseModel):
    """Settings that a run depends on: frozen, closed to unknown fields, and hashed.

    Raises:
        InputError: from `of` and `changed`, naming the field; pydantic's own when built directly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def of(cls, **fields: Any) -> Self:
        """Build a configuration; a wrong field is one sentence that names it."""
        try:
            return cls(**fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "configuration"
            raise InputError(f"{field}: {first['msg']} (got {first['input']!r})") from None

    def changed(self, **fields: Any) -> Self:
        """Return the settings with some of them changed, and checked again.

        Raises:
            InputError: naming the field that is wrong.
        """
        return type(self).of(**self.model_dump() | fields)

    def digest(self) -> str:
        """Return a hash of the settings, the same in every process."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
