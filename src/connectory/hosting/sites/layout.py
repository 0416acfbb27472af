"""How a site lies in its artifact: its files, and the same compressed, side by side."""

PREFIX = "site"
FILES = "files"
ENCODINGS = {"br": "br", "gzip": "gz"}
"""Content encodings, the best first, and the folders of what is encoded so."""
IS_PAGE = "dev.connectory.site.page"
"""The annotation of a site whose unknown addresses are its page's own."""
