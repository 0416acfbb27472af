"""Where things run: the contract's regions, and how a Project is named across them."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from connectory.wire import END


class Region(StrEnum):
    EUROPE_WEST1_GCP = "europe-west1.gcp"
    US_CENTRAL1_GCP = "us-central1.gcp"
    AUSTRALIA_SOUTHEAST1_GCP = "australia-southeast1.gcp"
    US_EAST_2_AWS = "us-east-2.aws"
    EU_CENTRAL_1_AWS = "eu-central-1.aws"


ProjectKey = Annotated[str, Meta(pattern=rf"^[a-zA-Z0-9\-_]{{2,36}}{END}")]
ProjectIdentifier = Annotated[str, Meta(pattern=rf"^[a-zA-Z0-9\-_.]+:[a-zA-Z0-9\-_]{{2,36}}{END}")]
"""``{region}:{projectKey}``."""
