"""A Connector running in one Project and Region."""
