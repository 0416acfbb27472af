"""What validation looks for in a connector's files: one module or folder for each check."""
