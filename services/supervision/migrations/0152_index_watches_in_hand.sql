-- What people must move up, out of everything that was ever watched: the first page of the desk asks for it.
CREATE INDEX watch_board_in_hand ON read.watch_board (county, status, position) WHERE status <> 'ended';
