"""What can be proven about artifacts: statements, signatures, bills of materials, a public log.

Knows artifacts by their digests and reports, checklists and connectors as plain documents.
"""
