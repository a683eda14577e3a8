"""What the vendors' fakes share: their clock, their paths and states, how their people are shown and played."""
