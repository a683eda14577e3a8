"""The durable record of a bulk job: intent before the send, outcome after."""
