"""Bulk jobs: a source of rows, workers, exactly one outcome per row. Knows no vendor."""
