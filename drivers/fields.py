"""Kinds of values that drivers' settings share; a value that can never work is refused early."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_HOST_CHARS, MAX_PATH_CHARS = 253, 1024
# RFC 1123 §2.1; the underscore is seen in the names of real local networks.
LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


def host_name(text: str) -> str:
    """An IP address or a name that a resolver can be asked for. Raises ValueError."""
    try:
        ip_address(text)
    except ValueError:
        try:
            labels = text.removesuffix(".").encode("idna").decode("ascii").split(".")
        except UnicodeError:
            labels = []
        numeric = bool(labels) and labels[-1].isdigit()  # 300.1.2.3 is no name
        fits = len(text) <= MAX_HOST_CHARS and all(LABEL.fullmatch(each) for each in labels)
        if not labels or numeric or not fits:
            raise ValueError("is neither an IP address nor the name of a host") from None
    return text


def path_text(text: str) -> str:
    if "\0" in text:
        raise ValueError("a path cannot hold a NUL character")
    return text


Host = Annotated[str, AfterValidator(host_name)]
PathText = Annotated[str, AfterValidator(path_text), Field(max_length=MAX_PATH_CHARS)]
DevicePath = Annotated[PathText, Field(min_length=1)]
