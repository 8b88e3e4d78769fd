"""Words that makers leave in the firmware instead of an identity. They must never tell two machines apart.

Collected from the linuxhw DMI archive and from the reference firmware of AMI, Insyde and Phoenix. Compared without
case, with runs of blanks and underscores as one blank.
"""

import re

from homeroom_agent.parsers.values import clean

_WORDS = frozenset(
    {
        "asset", "asset tag", "assettag", "ata asset tag", "bad index", "base board", "chassis manufacture",
        "chassis manufacturer", "customer reference number", "default", "empty", "enclosure asset tag", "filled",
        "fill by oem", "generic", "invalid", "no asset information", "no asset tag", "no enclosure", "none", "null",
        "not applicable", "not available", "not defined", "not present", "not provided", "not set", "not specified",
        "o.e.m.", "oem", "oem board", "oem string", "product name", "reserved", "sample", "sku", "standard", "test",
        "to be set by oem", "type", "undefined", "unknow", "unknown", "version",
    }
)  # fmt: skip

_SHAPES = re.compile(
    r"""
      to\ be\ filled(\ by\b.*)?                       # AMI: To be filled by O.E.M.
    | [$]?[(]?(oem\ )?default\ string[)]?[0-9]*       # AMI: Default string, $(DEFAULT_STRING), OEM Default string000
    | (smbios\ ?)?type\ ?[0-9]+(\ ?[-:\ ]|sku|board|system|chassis|product|serial|family|asset).*  # Type2 - …
    | (system|(base|mother)?\ ?board|chassis|product|oem|bios|enclosure|machine)[ ]
      ((serial|model|part|sku|product)\ )?(number|no[.]?|name|manufacturer|version|family|sku|serial|asset\ tag|type)
    | (serial|model|part|asset|sku)\ ?(number|num|no[.]?|name|[#])?
    | (no\ )?asset[\ -]?(tag|number)?[\ -]?[0-9]{4,}  # ASUS: Asset-1234567890; AMI: No Asset Tag 123
    | n[./ ]?a[.]?                                    # N/A, n.a.
    | \W*                                             # --, ..., ****
    | [<(]?(none|bad\ index|out\ of\ spec|null)[>)]?  # dmidecode's own
    | x{3,} | 0*x?0+ | f{8,} | 1{4,} | 9{8,}          # one character all over
    | 0?123456789(0|a(b(c(d(ef?)?)?)?)?)? | 12345678? | 0+1 | abcdefg?h?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def real_text(value: object, max_length: int = 200) -> str | None:
    """The text without padding, or None where it is blank or a placeholder."""
    word = clean(value, max_length)
    if word is None:
        return None
    plain = re.sub(r"[\s_]+", " ", word).strip().lower()
    return None if plain in _WORDS or _SHAPES.fullmatch(plain) else word
