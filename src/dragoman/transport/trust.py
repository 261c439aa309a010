"""Whom a TLS connection trusts: the platform's roots, and those that the environment adds.

`SSL_CERT_FILE` names a file of PEM certificates, `SSL_CERT_DIR` folders of such files. Nothing turns verification off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..errors import UsageError

__all__ = ["extra_roots"]

_MARK = b"-----BEGIN CERTIFICATE-----"


def extra_roots(environment: Mapping[str, str]) -> bytes:
    """The PEM certificates that the environment adds, empty when it adds none.

    Raises UsageError when a file or folder it names cannot be read or holds no certificate: whoever set the variable
    relies on it.
    """
    found: list[bytes] = []
    if file := environment.get("SSL_CERT_FILE"):
        found.append(_certificates("SSL_CERT_FILE", file))
    for folder in filter(None, environment.get("SSL_CERT_DIR", "").split(os.pathsep)):
        try:
            paths = sorted(entry.path for entry in os.scandir(folder) if entry.is_file())
        except OSError as error:
            raise UsageError(f"SSL_CERT_DIR: {error.strerror}: {folder}") from None
        found += [pem for path in paths if _MARK in (pem := _read("SSL_CERT_DIR", path))]
    return b"\n".join(found)


def _certificates(variable: str, path: str) -> bytes:
    pem = _read(variable, path)
    if _MARK not in pem:
        raise UsageError(f"{variable}: no PEM certificate in {path}")
    return pem


def _read(variable: str, path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{variable}: {error.strerror}: {path}") from None
