"""Files of people as sources, and outcomes as files: CSV, workbooks and JSON lines. Knows no vendor."""
