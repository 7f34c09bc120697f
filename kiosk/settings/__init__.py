"""A site's settings: TOML text in, frozen and checked values out."""

from kiosk.settings.faults import BadSettings, Fault
from kiosk.settings.load import checked, load, missing_for_service, read_toml
from kiosk.settings.model import Device, Environment, Settings

__all__ = [
    "BadSettings",
    "Device",
    "Environment",
    "Fault",
    "Settings",
    "checked",
    "load",
    "missing_for_service",
    "read_toml",
]
