"""What everyone may see of the Connectors that are listed: cards, pages, README, logo."""
