"""Tells the format of a picture by its first bytes, whatever its name says."""

from types import MappingProxyType

# Of the formats that are opened: how a file of it begins. Source: each format's own specification.
_MAGIC = MappingProxyType(
    {
        b"\xff\xd8\xff": "JPEG",
        b"\x89PNG\r\n\x1a\n": "PNG",
        b"GIF87a": "GIF",
        b"GIF89a": "GIF",
        b"BM": "BMP",
        b"II*\0": "TIFF",
        b"MM\0*": "TIFF",
    }
)
# Pictures that are not opened, and what they are called.
_OTHERS = MappingProxyType(
    {
        b"%!PS": "EPS",
        b"%PDF-": "PDF",
        b"8BPS": "PSD",
        b"\0\0\x01\0": "ICO",
        b"\xff\x0a": "JPEG XL",
        b"\0\0\0\x0cJXL ": "JPEG XL",
        b"\0\0\0\x0cjP  ": "JPEG 2000",
        b"\xc5\xd0\xd3\xc6": "EPS",
    }
)
_BRANDS = MappingProxyType(
    {
        b"heic": "HEIC",
        b"heix": "HEIC",
        b"hevc": "HEIC",
        b"mif1": "HEIF",
        b"msf1": "HEIF",
        b"avif": "AVIF",
        b"avis": "AVIF",
    }
)
_SVG_WITHIN = 1024

OPENED = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")
# Of a name, without the dot: what it promises.
SUFFIXES = MappingProxyType(
    {
        "jpg": "JPEG",
        "jpeg": "JPEG",
        "jpe": "JPEG",
        "png": "PNG",
        "gif": "GIF",
        "bmp": "BMP",
        "tif": "TIFF",
        "tiff": "TIFF",
        "webp": "WEBP",
        "heic": "HEIC",
        "heif": "HEIF",
        "avif": "AVIF",
        "svg": "SVG",
        "eps": "EPS",
        "psd": "PSD",
        "ico": "ICO",
        "jxl": "JPEG XL",
        "jp2": "JPEG 2000",
    }
)


def format_of(content: bytes) -> str | None:
    """Return what a file is: one of `OPENED`, the name of another kind of picture, or None."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12])
    for known in (_MAGIC, _OTHERS):
        for magic, name in known.items():
            if content.startswith(magic):
                return name
    return "SVG" if b"<svg" in content[:_SVG_WITHIN].lower() else None


def promised_format(name: str) -> str | None:
    """Return what the name of a file promises, None where it promises no picture."""
    return SUFFIXES.get(name.rpartition(".")[2].lower())
