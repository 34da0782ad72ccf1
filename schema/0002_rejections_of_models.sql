-- Who set a record aside: reading it, or giving it meaning. A model takes back its own rejections when it runs again; those of
-- reading go when the record is read.
ALTER TABLE rejected_record ADD COLUMN of_model BOOLEAN DEFAULT false;
UPDATE rejected_record SET of_model = true
WHERE EXISTS (SELECT 1 FROM raw_record r WHERE r.source_id = rejected_record.source_id AND r.stream = rejected_record.stream AND r.record_id = rejected_record.position);
