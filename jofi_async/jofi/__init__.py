"""JOFI: assessment invitations (API v2)."""
