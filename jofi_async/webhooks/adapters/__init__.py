"""An `EventRouter` as what each web framework serves; a module is imported by whoever has the framework."""
