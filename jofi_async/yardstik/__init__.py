"""Yardstik: background-check invitations (API 1.0)."""
