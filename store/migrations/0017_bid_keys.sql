-- What a person says of a plico, of an instant or of a gara is said under a request key (R16.9): the same words said twice on purpose are two facts. NULL
-- in the rows of before. Decision 0049.
ALTER TABLE bid_annotations ADD COLUMN key TEXT;
CREATE UNIQUE INDEX bid_annotations_key ON bid_annotations (key);
ALTER TABLE bid_events ADD COLUMN key TEXT;
CREATE UNIQUE INDEX bid_events_key ON bid_events (key);
ALTER TABLE tender_facts ADD COLUMN key TEXT;
CREATE UNIQUE INDEX tender_facts_key ON tender_facts (key);

-- Why a label with L-16 was printed again; NULL on the first and in the rows of before.
ALTER TABLE bid_labels ADD COLUMN reason INTEGER;
