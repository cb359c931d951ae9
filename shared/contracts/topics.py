"""Every contract by topic."""

from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.contracts.supervision import SUPERVISION
from shared.kernel.events import Contract

CONTRACTS: tuple[Contract, ...] = (INTAKE, PROJECTS, SUPERVISION, SCORING)
BY_TOPIC = {contract.topic: contract for contract in CONTRACTS}
