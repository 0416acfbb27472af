"""``python -m connectory``: the command without its script."""

from connectory.cli import main

if __name__ == "__main__":
    main()
