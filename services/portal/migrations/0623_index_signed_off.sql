-- What was signed off last, out of all that ever was: the county's home and its wall show it to everybody.
CREATE INDEX project_cards_by_sign_off ON read.project_cards (county, signed_off_at) WHERE status = 'signed-off';
