-- autocomplete
-- /api/autocomplete?q={}
SELECT left(name, 3 + (id % 6)::int) AS q FROM artists WHERE length(name) > 3 ORDER BY hashint8(id) LIMIT 4000;

-- search
-- /api/search?q={}
SELECT split_part(title, ' ', 1 + (id % 2)::int) || ' ' || split_part(title, ' ', 2 + (id % 2)::int) AS q FROM releases
WHERE title LIKE '% % %' ORDER BY hashint8(id) LIMIT 4000;

-- search with facets
-- /api/search?q={}&genres={}&year_min={}&year_max={}
SELECT split_part(title, ' ', 1) AS q, genre, year, year + 9 FROM releases JOIN genres ON release_id = id
WHERE title LIKE '% %' AND year IS NOT NULL ORDER BY hashint8(id) LIMIT 4000;

-- node
-- /api/node/{}?type={}
SELECT id, type FROM ((SELECT id, 'artist' AS type FROM artists LIMIT 20000) UNION ALL
    (SELECT id, 'label' FROM labels LIMIT 20000) UNION ALL (SELECT id, 'master' FROM masters LIMIT 20000) UNION ALL
    (SELECT id, 'release' FROM releases LIMIT 20000)) AS entities ORDER BY hashint8(id), type LIMIT 4000;

-- heaviest nodes
-- /api/node/{}?type={}
(SELECT artist_id::text, 'artist' AS type FROM release_artists WHERE artist_id IN (SELECT id FROM artists)
    GROUP BY 1 ORDER BY count(*) DESC LIMIT 300) UNION ALL
(SELECT label_id::text, 'label' FROM release_labels WHERE label_id IN (SELECT id FROM labels)
    GROUP BY 1 ORDER BY count(*) DESC LIMIT 300) UNION ALL
(SELECT DISTINCT genre, 'genre' FROM genres LIMIT 20);

-- whole release
-- /api/releases/{}
SELECT id FROM releases ORDER BY hashint8(id) LIMIT 4000;

-- explore
-- /api/explore?type={}&id={}
(SELECT 'artist' AS type, id FROM artists ORDER BY hashint8(id) LIMIT 1500) UNION ALL
(SELECT 'label', id FROM labels ORDER BY hashint8(id) LIMIT 1500);

-- explore the heaviest
-- /api/explore?type={}&id={}
(SELECT 'artist' AS type, artist_id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 300) UNION ALL
(SELECT 'label', label_id FROM release_labels WHERE label_id IN (SELECT id FROM labels)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 300);

-- expand
-- /api/expand?type=artist&id={}&category={}&limit=50
SELECT id, category FROM (SELECT id FROM artists ORDER BY hashint8(id) LIMIT 1500) AS drawn,
    unnest(ARRAY['releases', 'labels', 'collaborators']) AS category ORDER BY hashint8(id), category;

-- expand the heaviest
-- /api/expand?type={}&id={}&category={}&limit=50&before_year={}
SELECT type, id, category, 1960 + (id % 60) FROM (
    (SELECT 'artist' AS type, artist_id AS id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)
        GROUP BY 2 ORDER BY count(*) DESC LIMIT 200) UNION ALL
    (SELECT 'label', label_id FROM release_labels WHERE label_id IN (SELECT id FROM labels)
        GROUP BY 2 ORDER BY count(*) DESC LIMIT 200)) AS heaviest, unnest(ARRAY['releases', 'genres']) AS category;

-- expand genres and styles
-- /api/expand?type={}&node_id={}&category={}&limit=50
SELECT type, name, category FROM ((SELECT DISTINCT 'genre' AS type, genre::text AS name FROM genres) UNION ALL
    (SELECT DISTINCT 'style', style::text FROM styles)) AS all_of_them,
    unnest(ARRAY['releases', 'artists', 'labels']) AS category ORDER BY md5(name || category);

-- trends
-- /api/trends?type={}&id={}
(SELECT 'artist' AS type, artist_id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 1000) UNION ALL
(SELECT 'label', label_id FROM release_labels WHERE label_id IN (SELECT id FROM labels)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 1000);

-- trends of genres and styles
-- /api/trends?type={}&name={}
(SELECT DISTINCT 'genre' AS type, genre::text FROM genres) UNION ALL (SELECT DISTINCT 'style', style::text FROM styles);

-- path
-- /api/path?from_type=artist&to_type=artist&max_depth=12&from_id={}&to_id={}
SELECT first.id, second.id FROM
    (SELECT artist_id AS id, row_number() OVER (ORDER BY hashint8(artist_id)) AS n
        FROM (SELECT DISTINCT artist_id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)) AS a LIMIT 1500) AS first
JOIN (SELECT artist_id AS id, row_number() OVER (ORDER BY hashint8(artist_id + 1)) AS n
        FROM (SELECT DISTINCT artist_id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)) AS a LIMIT 1500) AS second
USING (n) WHERE first.id <> second.id;

-- graph statistics
-- /api/graph/stats
SELECT;

-- genre tree
-- /api/genre-tree
SELECT;

-- months
-- /api/months
SELECT;
