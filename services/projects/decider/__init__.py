"""The rules of projects: what a request makes of a project, and of the registry."""

from services.projects.decider.checking import SPOT_CHECK
from services.projects.decider.demonstrations import ANNOUNCEMENT, DEMONSTRATIONS
from services.projects.decider.leaders import LEADER
from services.projects.decider.profile import COUNTY
from services.projects.decider.project import PROJECT
from services.projects.decider.registry import MEMBER, ORGANISATION

__all__ = ["ANNOUNCEMENT", "COUNTY", "DEMONSTRATIONS", "LEADER", "MEMBER", "ORGANISATION", "PROJECT", "SPOT_CHECK"]
