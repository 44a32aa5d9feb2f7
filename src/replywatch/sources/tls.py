"""Whom a connection believes that it is who it says: the system's authorities, or one that the config names."""

from __future__ import annotations

import ssl
from pathlib import Path

from replywatch.errors import CertificateError


def verified(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that verifies certificate and host name, TLS 1.2 or newer; with `ca_file` by its authorities alone.

    Raises:
        CertificateError: `ca_file` can't be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError, for a file that holds no certificate, is an OSError too
        reason = error.strerror if isinstance(error, OSError) else None
        raise CertificateError(
            f"{ca_file} can't be used: {reason or error}", "`ca_file` must name a PEM file."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
