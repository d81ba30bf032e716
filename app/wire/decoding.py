"""Decodes the Content-Encoding of a response in bounded steps: one gzip or deflate, and nothing else."""

import zlib
from collections.abc import Iterable

_STEP = 16 * 1024  # of input; zlib copies what it has not used yet
_GZIP_FORM = zlib.MAX_WBITS | 16
_GZIP_BEGINS = 0x1F
_HEADER_LENGTH = 2  # of zlib's form (RFC 1950 §2.2)
_UNDONE = frozenset({"gzip", "deflate"})
# Values that servers write for a plain body: charsets, and MIME's Content-Transfer-Encoding.
_NO_CODINGS = frozenset({"", "identity", "none", "null", "binary", "7bit", "8bit", "utf-8", "utf8", "us-ascii"})
# The rest of IANA's registry of content codings, and others that really change a body.
_OTHER_CODINGS = frozenset(
    "aes128gcm aws-chunked br bzip2 compress dcb dcz exi lz4 lzma pack200-gzip snappy xz zstd".split()  # noqa: SIM905
)


class NotDecodable(ValueError):
    """The body does not match its Content-Encoding, or has one that is not supported; the text says which."""


class Decoding:
    """The decoding of one body by its `Content-Encoding` headers (RFC 9110 §8.4). Raises NotDecodable at once.

    Identity is requested; a server or proxy that encodes all the same is understood as long as that is one gzip or
    deflate. More than one is refused: a thousand bytes can stand for a gigabyte then. An unknown one counts as none.
    """

    def __init__(self, encodings: Iterable[str]) -> None:
        self._coding = _one_of(encodings)
        self._decompressor = zlib.decompressobj(_GZIP_FORM) if self._coding == "gzip" else None
        self._held = b""  # the first byte of a deflate, until its second tells which form it has
        self._is_whole = True

    @property
    def is_whole(self) -> bool:
        """Whether all of the body has arrived, as far as the encoding can tell."""
        return self._is_whole

    def decode(self, raw: bytes, most: int) -> bytes:
        """Return at most `most` bytes decoded from `raw`; the rest is discarded."""
        if not self._coding:
            return raw[:most]
        decoded = bytearray()
        for start in range(0, len(raw), _STEP):
            self._step(raw[start : start + _STEP], decoded, most)
            if len(decoded) >= most:
                break
        return bytes(decoded)

    def _step(self, raw: bytes, decoded: bytearray, most: int) -> None:
        while raw and len(decoded) < most:
            if self._decompressor is None:
                raw = self._begin_deflate(raw)
            elif self._decompressor.eof:
                raw = self._next_member(raw)
            else:
                raw = self._decompress(self._decompressor, raw, decoded, most)

    def _decompress(self, undo: "zlib._Decompress", raw: bytes, decoded: bytearray, most: int) -> bytes:
        """Decode into `decoded`; return what is left of `raw`."""
        try:
            decoded += undo.decompress(raw, most - len(decoded))
        except zlib.error:
            raise NotDecodable("its response is not encoded as it says") from None
        self._is_whole = undo.eof
        return undo.unused_data if undo.eof else undo.unconsumed_tail

    def _begin_deflate(self, raw: bytes) -> bytes:
        """Distinguish zlib's form, which the name means (RFC 9110 §8.4.1.2), from the raw one some servers send."""
        raw, self._held, self._is_whole = self._held + raw, b"", False
        if len(raw) < _HEADER_LENGTH:
            self._held = raw
            return b""
        has_header = raw[0] & 0x0F == zlib.DEFLATED and int.from_bytes(raw[:_HEADER_LENGTH], "big") % 31 == 0
        self._decompressor = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        return raw

    def _next_member(self, raw: bytes) -> bytes:
        """Begin the next of several gzip members (RFC 1952 §2.2); padding and trailing bytes are skipped."""
        rest = raw.lstrip(b"\0")
        if self._coding != "gzip" or not rest or rest[0] != _GZIP_BEGINS:
            return b""
        self._decompressor = zlib.decompressobj(_GZIP_FORM)
        return rest


def _one_of(encodings: Iterable[str]) -> str:
    """Return the one coding that was applied, gzip or deflate, "" for none.

    What is no coding at all, as a charset written by mistake, changed nothing: such a body is taken as it came, because
    a refresh token may be in it. Its reader decides.
    """
    named = [each.strip().lower().removeprefix("x-") for header in encodings for each in header.split(",")]
    codings = [each for each in named if each not in _NO_CODINGS]
    if len(codings) > 1:
        raise NotDecodable("its response is encoded more than once")
    name, has_parameters, _ = codings[0].partition(";") if codings else ("", "", "")
    if name.strip() in _OTHER_CODINGS or (name.strip() in _UNDONE and has_parameters):
        raise NotDecodable("its response is encoded in a way that Lapse does not decode")
    return name if name in _UNDONE else ""
