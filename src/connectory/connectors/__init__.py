"""ConnectorStaged, the editable draft, and Connector, its published versions."""
