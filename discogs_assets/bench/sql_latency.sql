-- a release by id
-- SELECT id AS it FROM releases
SELECT * FROM releases WHERE id = %(it)s;

-- an artist by name
-- SELECT name AS it FROM artists
SELECT id, name FROM artists WHERE name = %(it)s;

-- artists by the start of the name, ignoring accents and case
-- SELECT left(name, 6) AS it FROM artists WHERE length(name) > 6 AND name !~ '[%_\\]'
SELECT id, name FROM artists WHERE plain(name) LIKE plain(%(it)s) || '%%' LIMIT 20;

-- releases by a part of the title
-- SELECT substr(title, 3, 8) AS it FROM releases WHERE length(title) > 12 AND title !~ '[%_\\]'
SELECT id, title FROM releases WHERE title ILIKE '%%' || %(it)s || '%%' LIMIT 20;

-- releases by all words of the title
-- SELECT title AS it FROM releases WHERE title <> ''
SELECT id, title FROM releases WHERE words(title) @@ all_words(%(it)s) LIMIT 20;

-- releases of an artist
-- SELECT artist_id AS it FROM release_artists WHERE artist_id IS NOT NULL
SELECT r.id, r.title, r.year FROM release_artists a JOIN releases r ON r.id = a.release_id
WHERE a.artist_id = %(it)s ORDER BY r.year LIMIT 100;

-- releases that credit an artist, as a whole or on a track
-- SELECT artist_id AS it FROM credits WHERE artist_id IS NOT NULL
SELECT release_id, role FROM credits WHERE artist_id = %(it)s
UNION ALL SELECT release_id, role FROM track_credits WHERE artist_id = %(it)s LIMIT 100;

-- releases of a label by catalogue number
-- SELECT label_id AS it FROM release_labels WHERE label_id IS NOT NULL
SELECT release_id, catno FROM release_labels WHERE label_id = %(it)s ORDER BY catno_code LIMIT 100;

-- a catalogue number in any spelling
-- SELECT lower(catno) AS it FROM release_labels WHERE catno_code <> 'NONE'
SELECT release_id, name FROM release_labels WHERE catno_code = code(%(it)s) LIMIT 100;

-- a barcode in any spelling
-- SELECT value AS it FROM identifiers WHERE type = 'Barcode' AND value_code <> ''
SELECT release_id FROM identifiers WHERE value_code = code(%(it)s) AND type = 'Barcode' LIMIT 100;

-- the tracks of a release with their artists
-- SELECT release_id AS it FROM tracks
SELECT t.position, t.title, t.duration, a.name FROM tracks t LEFT JOIN track_artists a
USING (release_id, track, sub_track) WHERE t.release_id = %(it)s ORDER BY track, sub_track, ordinal;

-- the versions of a master
-- SELECT master_id AS it FROM releases WHERE master_id IS NOT NULL
SELECT id, title, country, year FROM releases WHERE master_id = %(it)s ORDER BY year LIMIT 100;

-- releases of a year
-- SELECT year AS it FROM releases
SELECT id, title FROM releases WHERE year = %(it)s LIMIT 50;

-- releases of a country and year
-- SELECT year AS it FROM releases WHERE country = 'US' AND year IS NOT NULL
SELECT id, title FROM releases WHERE country = 'US' AND year = %(it)s LIMIT 50;

-- releases of a style
-- SELECT style AS it FROM styles
SELECT r.id, r.title FROM styles s JOIN releases r ON r.id = s.release_id WHERE s.style = %(it)s LIMIT 50;

-- releases of a genre and year
-- SELECT year AS it FROM releases WHERE year IS NOT NULL
SELECT r.id, r.title FROM releases r WHERE r.year = %(it)s
AND EXISTS (SELECT FROM genres g WHERE g.release_id = r.id AND g.genre = 'Rock') LIMIT 50;

-- members and aliases of a group
-- SELECT artist_id AS it FROM artist_members
SELECT name FROM artist_members WHERE artist_id = %(it)s
UNION ALL SELECT name FROM artist_aliases WHERE artist_id = %(it)s;

-- groups of which an artist is a member
-- SELECT member_id AS it FROM artist_members WHERE member_id IS NOT NULL
SELECT artist_id FROM artist_members WHERE member_id = %(it)s LIMIT 100;

-- labels that belong to a label
-- SELECT parent_label_id AS it FROM labels WHERE parent_label_id IS NOT NULL
SELECT id, name FROM labels WHERE parent_label_id = %(it)s LIMIT 100;

-- releases that credit a company
-- SELECT label_id AS it FROM companies WHERE label_id IS NOT NULL
SELECT release_id, entity_type_name FROM companies WHERE label_id = %(it)s LIMIT 100;
