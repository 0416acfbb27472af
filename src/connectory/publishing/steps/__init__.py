"""What preview and publish do, one module each. A step may run twice."""
