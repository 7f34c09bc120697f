"""How the treasury's CNNONTAX frames are spoken at a site: what a province must say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(max_length=60)]


class CnnontaxSection(BaseModel):
    """`platform.cnnontax`; each name but host, port and token_file is one of `Dialect`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: Annotated[str, Field(max_length=253)] = ""
    port: int = Field(0, ge=0, le=65535)
    token_file: Annotated[str, Field(max_length=4096)] = ""
    source: Name = ""
    destination: Name = ""
    division: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""
    voucher_root: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")] = "Voucher"
    voucher_type: Name = ""
    mac_case: Literal["lower", "upper"] = "lower"

    @property
    def is_whole(self) -> bool:
        return all(
            (self.host, self.port, self.token_file, self.source, self.destination, self.division)
        )
