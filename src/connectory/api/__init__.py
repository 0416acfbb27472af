"""The Connect API over HTTP: routes translate, resources decide."""
