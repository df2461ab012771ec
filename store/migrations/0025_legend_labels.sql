-- Labels with a legend are found among millions of entries (R2.6): which words a printed label bore.
CREATE INDEX journal_legend ON journal (aoo, seq) WHERE kind = 'label.legend';
