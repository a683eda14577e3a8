"""JOFI's setup checklist (seed 001), gone through item by item."""
