"""The sandbox's keys: what it signs answers with, and which requests it takes for genuine.

The keys are made at the first start and lie beside the book: the platform's own pair, and
one pair that every demonstration kiosk may use. A registered device has its own key.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.platform import Refusal, Refused
from kiosk.platform_api.signing import (
    PLATFORM_KEYID,
    Answered,
    Asked,
    Forged,
    Nonces,
    sign_answer,
    verify_request,
)
from kiosk.platform_api.signing_keys import (
    Algorithm,
    SigningKey,
    VerifyingKey,
    new_key_pair,
    signing_key,
    signing_key_file,
    verifying_key_file,
)

MAX_DEVICES = 20_000


class Seal:
    """Signs for the platform and checks kiosks; `clock` is the platform's, in seconds."""

    def __init__(
        self,
        directory: Path,
        algorithm: Algorithm,
        clock: Callable[[], float],
        *,
        required: bool = False,
    ) -> None:
        """With `required` an unsigned request is refused. Raises KeyUnusable, OSError."""
        self.algorithm = algorithm
        own_file, self.platform_key_file = _pair(directory, "platform", algorithm)
        self.kiosk_key_file, kiosk_public_file = _pair(directory, "kiosk", algorithm)
        self.own = signing_key_file(own_file, algorithm)
        self._forger = signing_key(new_key_pair(algorithm)[0], algorithm)
        self._demo_key = verifying_key_file(kiosk_public_file, algorithm)
        self._devices: OrderedDict[str, VerifyingKey] = OrderedDict()
        self._nonces = Nonces()
        self._clock = clock
        self._required = required

    def register(self, kiosk_id: str, key: VerifyingKey) -> bool:
        """From now on this kiosk signs with this key alone; False where there are too many."""
        if kiosk_id not in self._devices and len(self._devices) >= MAX_DEVICES:
            return False
        self._devices[kiosk_id] = key
        return True

    def judge(self, asked: Asked) -> Refused | None:
        """None for a request that may be acted on."""
        if not _is_signed(asked) and not self._required:
            return None
        try:
            verify_request(asked, self._key_of, self._nonces, self._clock())
        except Forged as trouble:
            return Refused(Refusal.INVALID, trouble.reason)
        return None

    def headers(self, answered: Answered, asked: Asked, *, forged: bool = False) -> dict[str, str]:
        """What makes the answer the platform's; nothing where the question was not signed.

        `forged`: by somebody who has a key, but not the platform's.
        """
        if not _is_signed(asked):
            return {}
        key: SigningKey = self._forger if forged else self.own
        try:
            return sign_answer(answered, asked, key, PLATFORM_KEYID, self._clock())
        except Forged:  # The request's own signature is no signature: nothing to bind to.
            return {}

    def _key_of(self, keyid: str) -> VerifyingKey | None:
        return self._devices.get(keyid, self._demo_key)


def _is_signed(asked: Asked) -> bool:
    return "signature" in asked.headers or "signature-input" in asked.headers


def _pair(directory: Path, name: str, algorithm: Algorithm) -> tuple[Path, Path]:
    """The files of one pair, private and public, made where they are missing."""
    private = directory / f"{name}-{algorithm}.key"
    public = directory / f"{name}-{algorithm}.pub"
    if not (private.exists() and public.exists()):
        directory.mkdir(parents=True, exist_ok=True)
        texts = new_key_pair(algorithm)
        for path, text, mode in ((private, texts[0], 0o600), (public, texts[1], 0o644)):
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            try:
                os.fchmod(descriptor, mode)
                os.write(descriptor, text)
            finally:
                os.close(descriptor)
    return private, public
