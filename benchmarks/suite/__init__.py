"""The benchmarks, one module each: a docstring that says what is measured, and `run(effort)` that makes the report."""
