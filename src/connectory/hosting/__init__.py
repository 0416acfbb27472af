"""Running deployed applications: processes, public addresses, logs, and the way in."""

from connectory.hosting.host import Hosting, open_hosting
from connectory.hosting.pipelines import DEPLOY, UNDEPLOY, workflows

__all__ = ["DEPLOY", "UNDEPLOY", "Hosting", "open_hosting", "workflows"]
