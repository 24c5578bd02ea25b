"""A module whose import waits until a file stands."""

import os
import time
from pathlib import Path

while not Path(os.environ["PIECES_WAIT_FOR"]).exists():
    time.sleep(0.01)
