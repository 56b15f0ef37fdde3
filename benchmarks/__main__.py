"""`python -m benchmarks [NAME...]`: run the named benchmarks, or all of them."""

import importlib
import pkgutil
import sys

import benchmarks


def main(names: list[str]) -> int:
    known = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    known.remove("__main__")
    known.remove("quality")  # writes a page of the docs, on demand
    if unknown := set(names) - set(known):
        print(f"unknown benchmark: {', '.join(sorted(unknown))} (known: {', '.join(known)})")
        return 2
    for name in names or known:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
