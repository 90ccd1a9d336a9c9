"""Make the test vectors anew, and the examples in the document: `python -m tests.vectors`."""

from tests.vectors import write
from tests.vectors.examples import DOCUMENT, document

write()
DOCUMENT.write_text(document(), encoding="utf-8", newline="\n")
