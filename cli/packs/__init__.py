"""Evidence packs: a county's lanes as one file that public tools check, exported, verified, restored; and lanes made whole again."""
