"""How a call is made; knows HTTP, time and failure, and no vendor."""
