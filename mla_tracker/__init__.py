"""A register of requests for mutual legal assistance and extradition, for a State's central authority."""

import sys
from importlib import import_module
from pathlib import Path

# A checkout has the packages `config` and `worker` beside this one. A wheel must not claim such common names, so it
# carries them inside; here they get their short names back, for this process alone.
for _name in ("config", "worker"):
    if (Path(__file__).parent / _name).is_dir():
        sys.modules[_name] = import_module(f"{__name__}.{_name}")
