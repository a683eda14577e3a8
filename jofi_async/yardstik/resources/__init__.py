"""What `YardstikClient` offers, one module for each kind of object."""
