"""What the vendors' fakes share: how their people are shown and played."""
