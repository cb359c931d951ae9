-- Open interfaces ask for needs by the time they came, and for a town's by what changed last.
CREATE INDEX need_cards_by_day ON read.need_cards (county, submitted_at);
CREATE INDEX need_cards_by_change ON read.need_cards (county, town, changed_at);
CREATE INDEX project_cards_by_change ON read.project_cards (county, unit, changed_at);
CREATE INDEX project_cards_by_proposal ON read.project_cards (county, proposed_at);
-- Whoever is told of a project's or a merged need's progress is found by it.
CREATE INDEX need_cards_by_project ON read.need_cards (county, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX need_cards_by_merger ON read.need_cards (county, merged_into) WHERE merged_into IS NOT NULL;
