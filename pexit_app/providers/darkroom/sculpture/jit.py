"""One compiler setting for every distance function, and a cache that cannot go stale."""
import hashlib
from pathlib import Path

import numba

_HERE = Path(__file__).parent
# Numba looks only at the file of the compiled function, not at those it calls: key the cache by all of them.
_SOURCES = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py")))).hexdigest()[:16]
numba.config.CACHE_DIR = str(_HERE / "__pycache__" / f"jit-{_SOURCES}")  # type: ignore[attr-defined]  # set at run time

# Everything of fastmath but the promises about NaN and infinity: with those, normals came back as nonsense.
_FAST = {"nsz", "arcp", "contract", "afn", "reassoc"}

jit = numba.njit(fastmath=_FAST, cache=True)
jit_exact = numba.njit(cache=True)
jit_parallel = numba.njit(fastmath=_FAST, cache=True, parallel=True)
prange = numba.prange
