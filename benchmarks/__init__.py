"""What the SDK costs, measured beside what people write by hand: `python -m benchmarks [NAME ...]`."""
