"""What are arrays of one dtype called? The names that signatures use, in one place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""Missing is nan."""
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
"""Days, or times; missing is NaT."""
Objects = npt.NDArray[np.object_]
