"""Files that visitors fetch: each under an address that only this server can make out of what is in it.

Streamlit makes the address out of parts of a file: of more than 1 MB it looks at three stretches of 64 kB. Two visitors
whose files differ elsewhere only would fetch the first one's, and who has a file could tell whether somebody else made
the same. With a secret, and of all that is in a file, neither can be.
"""

from __future__ import annotations

import hashlib
import secrets

from streamlit.runtime import memory_media_file_storage as storage

_SECRET = secrets.token_bytes(64)


def keep_addresses_private() -> None:
    """From now on no address tells what it is of; called before the first page."""
    # there is no other way in
    storage._calculate_file_id = _address


def _address(data: bytes, mimetype: str, filename: str | None = None) -> str:
    hashed = hashlib.blake2b(key=_SECRET, digest_size=24)
    for part in (mimetype.encode(), (filename or "").encode(), data):
        hashed.update(len(part).to_bytes(8, "big"))
        hashed.update(part)
    return hashed.hexdigest()
