-- Events by time: how many a minute, and where every lane stood at a moment.
CREATE INDEX event_archive_by_time ON read.event_archive (county, recorded_at);
-- What is closed or due within a window, out of everything there ever was.
CREATE INDEX need_cards_by_closing ON read.need_cards (county, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX project_cards_by_due_day ON read.project_cards (county, complete_by) WHERE complete_by IS NOT NULL;
-- Which streams there are: a story asks for those that events name.
CREATE INDEX event_archive_by_stream ON read.event_archive (county, stream);
