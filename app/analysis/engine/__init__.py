"""Coverage and siting as pure numerics: no server, no database, no language. Times in s, lengths in m, speeds in m/s.

``coverage(reaches, demand)`` who reaches what, ``site(...)`` where to put bases, ``compare(...)`` two layouts.
"""

from app.analysis.engine.coverage import compare, coverage
from app.analysis.engine.demand import Demand
from app.analysis.engine.flight import Flight, Wind
from app.analysis.engine.reach import Reach

__all__ = ["Demand", "Flight", "Reach", "Wind", "compare", "coverage"]
