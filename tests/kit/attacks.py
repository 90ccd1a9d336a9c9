"""Texts that attack a terminal, and strategies for arbitrary texts."""

from hypothesis import strategies as st

ATTACKS = {
    "clear the screen": "\x1b[2J\x1b[H",
    "colours": "\x1b[31;1;5mred\x1b[0m",
    "our own colours": "\x1b[36mX\x1b[0m",
    "cursor up": "x\x1b[1A\x1b[2Kover",
    "save and restore": "\x1b7\x1b[1;1Hx\x1b8",
    "alternate screen": "\x1b[?1049h",
    "title": "\x1b]0;owned\x07",
    "title, other end": "\x1b]2;owned\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "hyperlink": "\x1b]8;;http://evil\x1b\\bank\x1b]8;;\x1b\\",
    "DCS": '\x1bP$q"p\x1b\\',
    "APC, PM and SOS": "\x1b_a\x1b\\\x1b^b\x1b\\\x1bXc\x1b\\",
    "reset": "\x1bc",
    "report what is on screen": "\x1b[6n\x1b[c\x1b]10;?\x07\x05",
    "other letters": "\x1b(0lqqk\x0e\x0f",
    "8-bit CSI": "\x9b31m\x9b2J",
    "8-bit OSC": "\x9d0;owned\x9c",
    "8-bit DCS and others": "\x90q\x9c\x9e\x9f\x98\x84\x85\x8d\x88",
    "overwritten": "good\rbad",
    "line ends": "one\nEnter Input >two\r\nthree",
    "backspaces": "safe\b\b\b\bevil\x7f\x7f",
    "tabs": "a\tb\x0bc\x0cd",
    "bell and NUL": "\x07\x00\x01",
    "separators": "a\u2028b\u2029c\x85d\x1cd\x1de\x1ef",
    "right to left": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "zalgo": "".join(letter + "\u0301\u0489\u0334\u0363\u036f\u20dd" for letter in "zalgo"),
    "a tower": "Z" + "\u0301" * 1500,
    "marks alone": "\u0301" * 300,
    "invisible": "a\u200b\u2060\ufeff\u00ad\u180eb\u200d\u200c",
    "tags and private": "\U000e0041\U000e007f\ue000\U0010ffff",
    "not assigned": "\u0378\ufdd0",
    "wide": "日本語 👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈",
    "printf": "%s%n{0}{x!r}\\x1b[2J",
    "trailing escape": "x\x1b",
    "half a sequence": "x\x1b[",
}
"""Texts that could make a terminal do something if a program passed them on."""

nasty = st.sampled_from(
    "\x00\x07\x08\t\n\x0b\x0c\r\x0e\x1b\x7f\x80\x84\x85\x90\x9b\x9c\x9d[]0;m\\ aXOo#*\xa0\xad\u0301\u0489\u061c"
    "\u200b\u200c\u200d\u200e\u2028\u2029\u202e\u2066\ufe0f\ufeff\u3000日👩🏽\U000e0041\U0010ffff"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(nasty, max_size=60)
texts_sent = texts.filter(lambda text: text != "")
