"""How a key is told to the tools: on their standard input, never as a word of a command."""

from calypso.drivers.storage import Key, KeyFormat, KeyWrong

HEX_DIGITS = 64  # 256 bits


def key_options(key: Key) -> list[str]:
    """Return the options that let the tools ask for a key of this form."""
    return ["-o", f"keyformat={key.format.value}", "-o", "keylocation=prompt"]


def key_text(key: Key) -> str:
    """Return a key as the tools read it from their standard input: one line; KeyWrong."""
    text = key.text.get_secret_value().removesuffix("\n")
    if "\n" in text or "\0" in text:
        raise KeyWrong("The key has more than one line. It must be one line of text.")
    if key.format is KeyFormat.HEX and not _is_hex(text):
        raise KeyWrong(f"A hex key is {HEX_DIGITS} hex digits.")
    return f"{text}\n"


def _is_hex(text: str) -> bool:
    return len(text) == HEX_DIGITS and set(text.lower()) <= set("0123456789abcdef")
