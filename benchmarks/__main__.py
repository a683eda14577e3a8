"""The command line: run some or all benchmarks, print their tables and write their figures."""

import argparse
import sys
from pathlib import Path

from benchmarks import registry
from benchmarks.measure import Effort
from benchmarks.report import RESULTS, as_text, save


def main() -> None:
    """Run what was asked for."""
    lines = [f"  {name:<14}{registry.about(name)}" for name in registry.names()]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog="\n".join(["benchmarks:", *lines]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="a benchmark; all of them by default")
    parser.add_argument("--rounds", type=int, default=Effort().rounds, help="blocks of each contender (%(default)s)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the folder for the figures as JSON (%(default)s)")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a reach is not met")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(registry.names()):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    missed = False
    for name in chosen.names or registry.names():
        report = registry.find(name).run(Effort(rounds=chosen.rounds))
        print(as_text(report), end="\n\n", flush=True)
        save(report, chosen.output)
        missed |= any(row.verdict == "not met" for row in report.rows)
    sys.exit(1 if chosen.strict and missed else 0)


if __name__ == "__main__":
    main()
