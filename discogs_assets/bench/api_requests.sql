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

-- autocomplete of short prefixes
-- /api/autocomplete?q={}&limit=10
(SELECT lower(left(name, 1 + (id % 3)::int)) AS q FROM artists WHERE length(name) > 3 ORDER BY hashint8(id) LIMIT 2000)
UNION (SELECT lower(left(title, 1 + (id % 3)::int)) FROM releases WHERE length(title) > 3 ORDER BY hashint8(id) LIMIT 2000);

-- facets
-- /api/facets?genre={}&format={}&year_min={}&year_max={}
SELECT genre, name, year, year + (id % 10)::int FROM (SELECT id, year, country FROM releases WHERE year IS NOT NULL AND country IS NOT NULL
    ORDER BY hashint8(id) LIMIT 4000) AS drawn
JOIN genres ON genres.release_id = id JOIN formats ON formats.release_id = id AND name > '';

-- facets by filter
-- /api/facets?filter={}&sort=-year
SELECT format('(genre:"%s" OR style:"%s") AND (country:"%s" OR has:video) AND NOT format:"%s"', genre, style, country, name)
FROM (SELECT id, year, country FROM releases WHERE year IS NOT NULL AND country IS NOT NULL
    ORDER BY hashint8(id) LIMIT 4000) AS drawn
JOIN genres ON genres.release_id = id JOIN styles ON styles.release_id = id JOIN formats ON formats.release_id = id
WHERE name > '';

-- facets of artists, labels and credits
-- /api/facets?filter={}
SELECT format('artist_id:%s OR label_id:%s', artist_id, label_id) FROM (SELECT id, year, country FROM releases WHERE year IS NOT NULL AND country IS NOT NULL
    ORDER BY hashint8(id) LIMIT 4000) AS drawn
JOIN release_artists ON release_artists.release_id = id JOIN release_labels ON release_labels.release_id = id
WHERE artist_id > 0 AND label_id > 0 UNION ALL
SELECT format('credit_id:%s AS "%s"', artist_id, split_part(split_part(role, ',', 1), ' [', 1)) FROM (SELECT id, year, country FROM releases WHERE year IS NOT NULL AND country IS NOT NULL
    ORDER BY hashint8(id) LIMIT 4000) AS drawn
JOIN credits ON credits.release_id = id WHERE artist_id > 0 AND role ~ '^[A-Z]';

-- facets with counts
-- /api/facets?style={}&country={}&facets=genre&facets=format&facets=decade
SELECT style, country FROM (SELECT id, year, country FROM releases WHERE year IS NOT NULL AND country IS NOT NULL
    ORDER BY hashint8(id) LIMIT 4000) AS drawn JOIN styles ON styles.release_id = id;

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

-- label DNA
-- /api/label/{}/dna
SELECT label_id FROM insights.label_dna ORDER BY hashint8(label_id) LIMIT 4000;

-- label DNA compared
-- /api/label/dna/compare?ids={}
SELECT string_agg(label_id::text, ',') FROM
    (SELECT label_id, row_number() OVER (ORDER BY hashint8(label_id)) / 5 AS n FROM insights.label_dna) AS drawn
GROUP BY n HAVING count(*) > 1 LIMIT 4000;

-- similar labels
-- /api/label/{}/similar?limit=50
SELECT label_id FROM insights.label_dna ORDER BY hashint8(label_id + 1) LIMIT 4000;

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

-- compared trends
-- /api/trends/compare?entities=artist:{}&entities=label:{}&entities=genre:{}
SELECT a.id, l.id, g.genre FROM
    (SELECT id, row_number() OVER (ORDER BY hashint8(id)) AS n FROM artists LIMIT 1500) AS a
JOIN (SELECT id, row_number() OVER (ORDER BY hashint8(id)) AS n FROM labels LIMIT 1500) AS l USING (n)
JOIN (SELECT genre, row_number() OVER (ORDER BY genre) AS n, count(*) OVER () AS total
        FROM (SELECT DISTINCT genre FROM genre_trends) AS d) AS g ON g.n = 1 + a.n % g.total;

-- years of releases
-- /api/explore/year-range
SELECT;

-- genres by first year
-- /api/explore/genre-emergence?before_year={}
SELECT year FROM generate_series(1900, 2026) AS year;

-- top artists
-- /api/insights/top-artists?offset={}
SELECT 100 * n FROM generate_series(0, 99) AS n;

-- genre by decade
-- /api/insights/genre-trends?genre={}
SELECT DISTINCT genre FROM genre_trends;

-- label longevity
-- /api/insights/label-longevity?offset={}
SELECT 100 * n FROM generate_series(0, 100) AS n;

-- anniversaries
-- /api/insights/this-month?offset={}
SELECT 50 * n FROM generate_series(0, 200) AS n;

-- completeness
-- /api/insights/data-completeness
SELECT;

-- computations
-- /api/insights/status
SELECT;

-- rarest releases
-- /api/rarity/leaderboard?tier={}&offset={}
SELECT tier, n * n FROM unnest(ARRAY['ultra-rare', 'rare', 'scarce', 'uncommon', 'common']) AS tier,
    generate_series(0, 100) AS n;

-- hidden gems
-- /api/rarity/hidden-gems?min_rarity={}&offset={}
SELECT least, n * n FROM generate_series(0, 95, 5) AS least, generate_series(0, 100, 4) AS n;

-- rarest releases of the heaviest
-- /api/rarity/{}/{}?page_size=100
(SELECT 'artist' AS type, artist_id FROM release_artists WHERE artist_id IN (SELECT id FROM artists)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 300) UNION ALL
(SELECT 'label', label_id FROM release_labels WHERE label_id IN (SELECT id FROM labels)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 300);

-- rarity of a release
-- /api/rarity/{}
SELECT id FROM releases ORDER BY hashint8(id) LIMIT 4000;

-- months
-- /api/months
SELECT;

-- discoveries
-- /api/recommend/explore/{}/{}?hops={}&limit=50
(SELECT 'artist' AS type, artist_id::text, 3 FROM insights.similar_artists WHERE rank = 1
    ORDER BY hashint8(artist_id) LIMIT 1000) UNION ALL
(SELECT 'label', label_id::text, 2 FROM release_labels WHERE label_id IN (SELECT id FROM labels)
    GROUP BY 2 ORDER BY count(*) DESC LIMIT 300) UNION ALL
(SELECT DISTINCT kind, category, 3 FROM insights.genre_leaders);

-- collaborators
-- /api/collaborators/{}?limit=100
(SELECT artist_id FROM insights.artist_communities ORDER BY hashint8(artist_id) LIMIT 1500) UNION
(SELECT artist_id FROM insights.artist_communities ORDER BY collaborators DESC LIMIT 500);

-- network
-- /api/network/artist/{}/collaborators?depth={}&limit=200
SELECT artist_id, depth FROM (
    (SELECT artist_id FROM insights.artist_communities ORDER BY hashint8(artist_id) LIMIT 500) UNION
    (SELECT artist_id FROM insights.artist_communities ORDER BY collaborators DESC LIMIT 300)) AS drawn,
    generate_series(2, 3) AS depth ORDER BY hashint8(artist_id), depth;

-- centrality
-- /api/network/artist/{}/centrality
(SELECT artist_id FROM insights.artist_centrality ORDER BY hashint8(artist_id) LIMIT 1500) UNION
(SELECT artist_id FROM insights.artist_centrality ORDER BY releases DESC LIMIT 500);

-- clusters
-- /api/network/cluster/{}
(SELECT artist_id FROM insights.artist_communities ORDER BY hashint8(artist_id) LIMIT 1500) UNION
(SELECT artist_id FROM insights.artist_communities ORDER BY collaborators DESC LIMIT 500);
-- credits of a person
-- /api/credits/person/x?id={}&limit=50
SELECT id FROM artists WHERE id IN (SELECT artist_id FROM credit_roles) ORDER BY hashint8(id) LIMIT 4000;

-- credits of the heaviest persons
-- /api/credits/person/x?id={}&limit=50&offset={}
SELECT artist_id, (artist_id * 37) % (1 + least(count(*), 10000)) FROM credit_roles WHERE artist_id NOT IN (194, 355, 118760)
GROUP BY 1 ORDER BY count(*) DESC LIMIT 1000;

-- timelines and profiles of the heaviest persons
-- /api/credits/person/x/{}?id={}
SELECT part, artist_id FROM (
    SELECT artist_id FROM credit_roles WHERE artist_id NOT IN (194, 355, 118760) GROUP BY 1 ORDER BY count(*) DESC LIMIT 1000
) AS heaviest, unnest(ARRAY['timeline', 'profile']) AS part;

-- credits of a release
-- /api/credits/release/{}
SELECT id FROM releases ORDER BY hashint8(id + 1) LIMIT 4000;

-- top of a category
-- /api/credits/role/{}/top?limit=100&offset={}
SELECT category, number * 100 FROM (SELECT DISTINCT category FROM credit_roles) AS every, generate_series(0, 99) AS number;

-- releases shared by two of the heaviest persons
-- /api/credits/shared?id1={}&id2={}
SELECT one.id, two.id FROM (
    SELECT artist_id AS id FROM credit_roles WHERE artist_id NOT IN (194, 355, 118760) GROUP BY 1 ORDER BY count(*) DESC LIMIT 40
) AS one, (
    SELECT artist_id AS id FROM credit_roles WHERE artist_id NOT IN (194, 355, 118760) GROUP BY 1 ORDER BY count(*) DESC LIMIT 40
) AS two WHERE one.id < two.id;

-- connections to depth 3
-- /api/credits/connections/x?id={}&depth=3
SELECT id FROM artists WHERE id IN (SELECT artist_id FROM credit_roles) ORDER BY hashint8(id + 1) LIMIT 2000;

-- connections of the heaviest persons
-- /api/credits/connections/x?id={}&depth={}
SELECT artist_id, depth FROM (
    SELECT artist_id FROM credit_roles WHERE artist_id NOT IN (194, 355, 118760) GROUP BY 1 ORDER BY count(*) DESC LIMIT 500
) AS heaviest, generate_series(1, 3) AS depth;

-- completion of a credited artist
-- /api/credits/autocomplete?q={}
SELECT left(name, 3 + (id % 6)::int) AS q FROM artists WHERE length(name) > 3 ORDER BY hashint8(id + 1) LIMIT 4000;

-- tracks and videos of a release
-- /api/releases/{}/{}
SELECT id, part FROM (SELECT id FROM releases ORDER BY hashint8(id + 2) LIMIT 2000) AS drawn,
    unnest(ARRAY['tracks', 'videos']) AS part;

-- tracks and videos of a master
-- /api/masters/{}/{}
SELECT id, part FROM (
    SELECT id FROM masters WHERE main_release_id IN (SELECT id FROM releases) ORDER BY hashint8(id + 1) LIMIT 2000
) AS drawn, unnest(ARRAY['tracks', 'videos']) AS part;

-- relations and links in MusicBrainz
-- /api/musicbrainz/artist/{}/{}
SELECT discogs_id, part FROM (
    SELECT discogs_id FROM musicbrainz.artists WHERE discogs_id IS NOT NULL ORDER BY hashint8(discogs_id) LIMIT 1500
) AS drawn, unnest(ARRAY['relationships', 'external-links']) AS part;

-- status of the enrichment
-- /api/enrichment/status
SELECT;

-- history of a record
-- /api/releases/{}/history
SELECT id FROM releases ORDER BY hashint8(id + 3) LIMIT 4000;
