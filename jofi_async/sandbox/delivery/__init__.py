"""How a sandbox pushes events: to endpoints, signed, in order per person, again until they are taken."""
