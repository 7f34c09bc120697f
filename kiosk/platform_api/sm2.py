"""SM2 signatures with SM3 (GB/T 32918.2) by the system's OpenSSL 3.

`cryptography` has no SM2, and the implementations in Python need 8 to 30 ms for a signature.
A signature is the raw r‖s, 64 bytes, as RFC 9421 writes the ones of ECDSA.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

SIGNER_ID = b"1234567812345678"  # the default distinguishing identifier of GM/T 0009
SIGNATURE_BYTES = 64
_LIBRARY = "libcrypto.so.3"
_MAX_DER_BYTES = 80

_Pointer = ctypes.c_void_p
_Size = ctypes.POINTER(ctypes.c_size_t)
_FUNCTIONS: dict[str, tuple[list[Any], Any]] = {
    "BIO_new": ([_Pointer], _Pointer),
    "BIO_s_mem": ([], _Pointer),
    "BIO_new_mem_buf": ([ctypes.c_char_p, ctypes.c_int], _Pointer),
    "BIO_read": ([_Pointer, ctypes.c_char_p, ctypes.c_int], ctypes.c_int),
    "BIO_free": ([_Pointer], ctypes.c_int),
    "PEM_read_bio_PrivateKey": ([_Pointer] * 4, _Pointer),
    "PEM_read_bio_PUBKEY": ([_Pointer] * 4, _Pointer),
    "PEM_write_bio_PrivateKey": ([_Pointer] * 4 + [ctypes.c_int, _Pointer, _Pointer], ctypes.c_int),
    "PEM_write_bio_PUBKEY": ([_Pointer] * 2, ctypes.c_int),
    "EVP_PKEY_is_a": ([_Pointer, ctypes.c_char_p], ctypes.c_int),
    "EVP_PKEY_free": ([_Pointer], None),
    "EVP_PKEY_CTX_new": ([_Pointer, _Pointer], _Pointer),
    "EVP_PKEY_CTX_new_from_name": ([_Pointer, ctypes.c_char_p, ctypes.c_char_p], _Pointer),
    "EVP_PKEY_CTX_set1_id": ([_Pointer, ctypes.c_char_p, ctypes.c_int], ctypes.c_int),
    "EVP_PKEY_CTX_free": ([_Pointer], None),
    "EVP_PKEY_keygen_init": ([_Pointer], ctypes.c_int),
    "EVP_PKEY_generate": ([_Pointer, ctypes.POINTER(_Pointer)], ctypes.c_int),
    "EVP_MD_CTX_new": ([], _Pointer),
    "EVP_MD_CTX_set_pkey_ctx": ([_Pointer, _Pointer], None),
    "EVP_MD_CTX_free": ([_Pointer], None),
    "EVP_sm3": ([], _Pointer),
    "EVP_DigestSignInit": ([_Pointer] * 5, ctypes.c_int),
    "EVP_DigestSign": (
        [_Pointer, ctypes.c_char_p, _Size, ctypes.c_char_p, ctypes.c_size_t],
        ctypes.c_int,
    ),
    "EVP_DigestVerifyInit": ([_Pointer] * 5, ctypes.c_int),
    "EVP_DigestVerify": (
        [_Pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t],
        ctypes.c_int,
    ),
    "ERR_clear_error": ([], None),
}


class Sm2Unusable(Exception):
    """The library is missing, or a key is not one of SM2; says what to do."""


@cache
def libcrypto(file: str = _LIBRARY) -> ctypes.CDLL:
    """OpenSSL's library with the functions that SM2 needs. Raises Sm2Unusable."""
    try:
        library = ctypes.CDLL(file)
        for name, (arguments, result) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.argtypes, function.restype = arguments, result
    except (OSError, AttributeError) as error:
        raise Sm2Unusable(f"SM2 needs {file}: install the package libssl3") from error
    return library


class Sm2Key:
    """A key of libcrypto; any thread may sign or verify with it at any time."""

    def __init__(self, pem: bytes, *, private: bool) -> None:
        """Raises Sm2Unusable where `pem` holds no such key."""
        self._handle = None
        crypto = libcrypto()
        read = crypto.PEM_read_bio_PrivateKey if private else crypto.PEM_read_bio_PUBKEY
        with _memory(pem) as source:
            self._handle = read(source, None, None, None)
        crypto.ERR_clear_error()
        if not self._handle or crypto.EVP_PKEY_is_a(self._handle, b"SM2") != 1:
            raise Sm2Unusable(f"not the PEM of a {'private' if private else 'public'} SM2 key")

    def __del__(self) -> None:
        if self._handle:
            libcrypto().EVP_PKEY_free(self._handle)

    def sign(self, message: bytes) -> bytes:
        crypto = libcrypto()
        with self._digest(crypto.EVP_DigestSignInit) as context:
            length = ctypes.c_size_t(_MAX_DER_BYTES)
            buffer = ctypes.create_string_buffer(_MAX_DER_BYTES)
            done = crypto.EVP_DigestSign(
                context, buffer, ctypes.byref(length), message, len(message)
            )
            assert done == 1, "libcrypto signs with a key it has read"
        return raw_from_der(buffer.raw[: length.value])

    def verify(self, signature: bytes, message: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        crypto, der = libcrypto(), der_from_raw(signature)
        with self._digest(crypto.EVP_DigestVerifyInit) as context:
            found = crypto.EVP_DigestVerify(context, der, len(der), message, len(message))
        crypto.ERR_clear_error()
        return bool(found == 1)

    @contextmanager
    def _digest(self, initialise: Any) -> Iterator[Any]:
        crypto = libcrypto()
        context = crypto.EVP_MD_CTX_new()
        key_context = crypto.EVP_PKEY_CTX_new(self._handle, None)
        try:
            ready = crypto.EVP_PKEY_CTX_set1_id(key_context, SIGNER_ID, len(SIGNER_ID))
            crypto.EVP_MD_CTX_set_pkey_ctx(context, key_context)
            assert ready == 1
            assert initialise(context, None, crypto.EVP_sm3(), None, self._handle) == 1
            yield context
        finally:
            crypto.EVP_MD_CTX_free(context)
            crypto.EVP_PKEY_CTX_free(key_context)


def new_pair() -> tuple[bytes, bytes]:
    """A fresh key as PEM: private (PKCS #8) and public."""
    crypto = libcrypto()
    context = crypto.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    handle = ctypes.c_void_p()
    try:
        assert crypto.EVP_PKEY_keygen_init(context) == 1
        assert crypto.EVP_PKEY_generate(context, ctypes.byref(handle)) == 1
        with _memory() as private, _memory() as public:
            nothing = (None, None, 0, None, None)
            assert crypto.PEM_write_bio_PrivateKey(private, handle, *nothing) == 1
            assert crypto.PEM_write_bio_PUBKEY(public, handle) == 1
            return _read(private), _read(public)
    finally:
        crypto.EVP_PKEY_free(handle)
        crypto.EVP_PKEY_CTX_free(context)


def raw_from_der(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(SIGNATURE_BYTES // 2) + s.to_bytes(SIGNATURE_BYTES // 2)


def der_from_raw(raw: bytes) -> bytes:
    half = SIGNATURE_BYTES // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


@contextmanager
def _memory(content: bytes | None = None) -> Iterator[Any]:
    crypto = libcrypto()
    buffer = (
        crypto.BIO_new(crypto.BIO_s_mem())
        if content is None
        else crypto.BIO_new_mem_buf(content, len(content))
    )
    try:
        yield buffer
    finally:
        crypto.BIO_free(buffer)


def _read(buffer: Any) -> bytes:
    text = ctypes.create_string_buffer(4096)
    length = libcrypto().BIO_read(buffer, text, len(text))
    return text.raw[: max(length, 0)]
