"""Make the test vectors anew, and the examples in the documents: `python -m tests.vectors`."""

from tests.vectors import examples, programs, write

write()
for made in (examples, programs):
    made.DOCUMENT.write_text(made.document(), encoding="utf-8", newline="\n")
