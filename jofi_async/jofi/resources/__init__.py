"""JOFI's resources as methods: one module for each, and one way of calling shared by all."""
