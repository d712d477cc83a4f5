"""Which density a barcode names, and which densities a drive can take.

mhvtl takes any density for any cartridge and finds out when it is loaded. Sources: the comments
of `library_contents`, mktape's usage text, and which generations a drive reads, as the LTO
consortium and mhvtl's drive personalities have it.
"""

import re

MAX_BARCODE_LENGTH = 16  # mktape: "Max barcode length (16) exceeded"
CODED_LENGTH = 8  # shorter barcodes carry no code of their medium
KNOWN = (
    "AIT1",
    "AIT2",
    "AIT3",
    "AIT4",
    "DDS1",
    "DDS2",
    "DDS3",
    "DDS4",
    "DLT3",
    "DLT4",
    "SDLT1",
    "SDLT220",
    "SDLT320",
    "SDLT600",
    "LTO1",
    "LTO2",
    "LTO3",
    "LTO4",
    "LTO5",
    "LTO6",
    "LTO7",
    "LTO8",
    "T10KA",
    "T10KB",
    "T10KC",
    "9840A",
    "9840B",
    "9840C",
    "9840D",
    "9940A",
    "9940B",
    "J1A",
    "E05",
    "E06",
    "E07",
)  # fmt: skip - as mktape's usage text lists them

_SUFFIXES = {
    **{f"L{generation}": f"LTO{generation}" for generation in range(1, 9)},
    "LT": "LTO3", "LU": "LTO4", "LV": "LTO5", "LW": "LTO6", "LX": "LTO7", "LY": "LTO8",
    "S1": "SDLT220", "S2": "SDLT320", "S3": "SDLT600", "X4": "AIT4", "D7": "DLT4",
    "TA": "T10KA", "TB": "T10KB", "TC": "T10KC",
    "TZ": "9840A", "TY": "9840B", "TX": "9840C", "TW": "9840D", "TV": "9940A", "TU": "9940B",
    "JA": "J1A", "JB": "E05", "JC": "E06", "JK": "E07", "JW": "J1A", "JX": "E05", "JY": "E07",
}  # fmt: skip
_DRIVES = (
    (re.compile(r"(?:ULT3580|ULTRIUM)-(?:TD|HH)([1-9])|Ultrium ([1-8])-SCSI"), "LTO"),
    (re.compile(r"T10000([A-C])"), "T10K"),
    (re.compile(r"T9840([A-D])"), "9840"),
    (re.compile(r"T9940([AB])"), "9940"),
    (re.compile(r"03592(J1A|E05|E06|E07)"), "3592"),
)
_LETTERS = "ABCD"
_BACK = 2  # drives named by letters take their own generation and two before it
_3592 = {
    "J1A": ("J1A",), "E05": ("J1A", "E05"),
    "E06": ("J1A", "E05", "E06"), "E07": ("E05", "E06", "E07"),
}  # fmt: skip
ONE_BACK_FROM = 8  # an LTO-8 drive takes one generation before its own, older drives two


def density(barcode: str) -> str | None:
    """Return the density that the last two of a barcode name: LTO5 for `VT0001L5`."""
    return _SUFFIXES.get(barcode[-2:]) if len(barcode) >= CODED_LENGTH else None


def taken_by(product: str) -> frozenset[str] | None:
    """Return the densities a drive can load, by its product identification; None: not known."""
    for pattern, family in _DRIVES:
        if (told := pattern.fullmatch(product)) is not None:
            model = next(one for one in told.groups() if one)
            return frozenset(_of_family(family, model))
    return None


def _of_family(family: str, model: str) -> tuple[str, ...]:
    if family == "LTO":
        own, back = int(model), 1 if int(model) >= ONE_BACK_FROM else _BACK
        return tuple(f"LTO{n}" for n in range(max(1, own - back), own + 1))
    if family == "3592":
        return _3592[model]
    own = _LETTERS.index(model)
    return tuple(f"{family}{one}" for one in _LETTERS[max(0, own - _BACK) : own + 1])
