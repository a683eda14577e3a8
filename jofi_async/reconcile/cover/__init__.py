"""A cover of what is missing, guessed from what is known: which few texts are in most of it."""
