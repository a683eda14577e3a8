"""The transports that come with the SDK."""
