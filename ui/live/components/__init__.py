"""The live page's own elements."""

from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static"
