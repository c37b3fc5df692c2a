"""Records of releases."""

from functools import lru_cache
from random import Random

from discogs_assets.sample.generator import vocabulary
from discogs_assets.sample.generator.population import mix
from discogs_assets.sample.generator.records import RecordWriter, Work
from discogs_assets.sample.generator.vocabulary import BITS, BLANK, deck
from discogs_assets.sample.generator.world import World, draw_title

BY, APPEARS_ON = ("BY", "Release-Artist"), ("APPEARS_ON", "Artist-Release")
ON, IN_SERIES = ("ON", "Release-Label"), ("IN_SERIES", "Release-Label")

DATES = deck({"{year}": 57, "{year}-{month:02}-{day:02}": 24, "{year}-{month:02}-00": 6, "{year}-00-00": 2, "": 11})
SEPARATORS = deck({" ": 35, "": 20, "-": 17, " 00": 12, "-CD ": 9, ".": 7})
SIDES = ("-A", "-B", " A1", " B1", "-A 1U 1 1 3", "", "-A", "-B")
DURATIONS = [
    f"<duration>{seconds // 3_600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}</duration>"
    if seconds >= 3_600
    else f"<duration>{seconds // 60}:{seconds % 60:02d}</duration>"
    for seconds in (
        60 + number % 171 + number * 7 % 173 if number % 32 else 60 + number * 3 // 2 for number in range(1 << BITS)
    )
]

HUGE = 1_500
"""Tracks of the longest releases."""

HEADINGS, ODD_TRACKS = 0.015, 0.025
"""Shares of heading tracks, and of headings and tracks with absent or odd values."""

SUITES, INDEXES = 0.02, 0.35
"""Shares of releases with index tracks, and of index tracks among their tracks."""

STATUS = ' status="Accepted"'


@lru_cache(maxsize=4_096)
def list_positions(count: int, form: int) -> tuple[str, ...]:
    """Return the positions of tracks: letters, numbers on sides or on discs, or plain numbers; `form` is below 128."""
    if form < 64 and count == 2:
        return ("A", "B")
    if form < 64 and count <= 200:
        sides = 2 if count <= 24 else 4 if count <= 60 else 8
        return tuple(
            f"{'ABCDEFGH'[n * sides // count]}{n - -(-(n * sides // count) * count // sides) + 1}" for n in range(count)
        )
    if form < 77 and 12 < count <= 240:
        return tuple(f"{n // 12 + 1}-{n % 12 + 1:02d}" for n in range(count))
    return tuple(map(str, range(1, count + 1)))


class ReleaseWriter(RecordWriter):
    """Writer of the releases of a batch.

    Most tracks, extra artists, formats, companies and videos come from pools of fragments that the batch shares.
    """

    def __init__(self, world: World, seed: int, birth: int = 0) -> None:
        super().__init__(world, seed, birth)
        random, empty = Random(seed), "<duration></duration>" if self.full else ""
        self.titles = [draw_title(random) for _ in range(1 << BITS)]
        self.durations = [[empty] * len(DURATIONS), DURATIONS, [*DURATIONS[::2], *[empty] * (len(DURATIONS) // 2)]]
        self.works: dict[int, Work] = {}
        """Works of the batch's masters."""
        self.draws |= {
            "track artists": lambda: self._track_artists("tracklist"),
            "track credits": lambda: self._track_credits("tracklist"),
            "tracklist": lambda: self._tracklist(various=False),
            "tracklist of various": lambda: self._tracklist(various=True),
            "extraartists": lambda: self.list_items("extraartists", self._extra_artist),
            "formats": lambda: self.list_items("formats", self._format),
            "companies": lambda: self.list_items("companies", self._company),
            "identifiers": lambda: self.list_items("identifiers", self._identifier),
            "videos": lambda: self.list_items("videos", self.video, "release_videos"),
        }

    def _extra_artist(self) -> str:
        return self.extra_artist("extraartists", ranged=0.18)

    def release(self, index: int) -> str:
        """Return a release. An edit redraws one aspect: the work, labels and dates, credits, or tracks."""
        world, random = self.world, self.random
        population, master = world.populations["releases"], world.editions.master(index)
        version, own = population.version(index), population.identify(index)
        bits, renewed = mix(population.key(index)), mix(population.key(index, version))
        edited = (index + version) % 4 if version else None
        work = self._find_work(index, master if edited != 0 else None, version if edited == 0 else 0)
        if master is not None or edited == 1:
            random.seed(population.key(index, version if edited == 1 else 0))
        status, images = "" if world.modern else STATUS, self.images(bits, "release_images")
        artists = self.main_artists("artists", work.artists, BY)
        labels, dated, linked = self._labels(), self._write_date(work.year), self._master(index, master)
        notes, quality = self.text("notes", self.count("release_notes")), self._quality(bits)
        extra = self.pick("extraartists", renewed if edited == 2 else bits)
        tracklist = "tracklist of various" if work.artists[0] == -3 else "tracklist"
        tracks = self.pick(tracklist, (renewed if edited == 3 else bits) >> 9)
        formats, identifiers, videos, companies = (
            self.pick(name, bits >> shift)
            for name, shift in (("formats", 18), ("identifiers", 27), ("videos", 36), ("companies", 45))
        )
        self.count_sorts("Release", *work.sorts[1:])
        self.close_record()
        return (
            f'<release id="{own}"{status}>{images}{artists}<title>{work.title}</title>{labels}{extra}{formats}'
            f"{work.sorts[0]}{dated}{notes}{quality}{linked}{tracks}{identifiers}{videos}{companies}</release>\n"
        )

    def _find_work(self, index: int, master: int | None, version: int) -> Work:
        """Return the master's values, or the release's own, if it has no master; then `random` is left after them."""
        if master is None:
            return self.draw_work(self.world.populations["releases"].key(index, version))
        if master not in self.works:
            self.works[master] = self.draw_work(self.world.populations["masters"].key(master))
        return self.works[master]

    def _master(self, index: int, master: int | None) -> str:
        """Return the master's id, in the modern layout 0 for none, and the flag of the main release."""
        world = self.world
        if master is None:
            return '<master_id is_main_release="false">0</master_id>' if world.modern else ""
        masters = world.populations["masters"]
        master = masters.resolve(master)
        lost = self.rare(400)
        number = masters.spare(master) if lost else masters.identify(master)
        if not lost and masters.alive(master):
            self.ends["DERIVED_FROM", "Release-Master"].add(number)
        main = world.populations["releases"].resolve(world.editions.main(master)) == index
        return f'<master_id is_main_release="{"true" if main else "false"}">{number}</master_id>'

    def _catno(self) -> str:
        random, bits = self.random, self.random.getrandbits
        text = f"{vocabulary.PREFIXES[bits(BITS)]}{SEPARATORS[bits(BITS)]}{1 + int(30_000 * random.random() ** 2)}"
        return self.make_odd(text, "catnos", 300)

    def _labels(self) -> str:
        """Return labels, which may occur with several numbers, and series, which are labels, too."""
        random, index = self.random, 0
        rows: dict[str, list[str]] = {"labels": [], "series": []}
        counts = {"labels": self.count("labels"), "series": 0 if self.world.classic else self.count("series")}
        for part, count in counts.items():
            for place in range(count):
                if not place or random.random() > 0.45:
                    index = self.world.draw_popular("labels", random, self.birth)
                number, name, known = self.reference("labels", index, 400 if part == "labels" else 200)
                catno, share = self._catno(), random.random()
                if known:
                    self.ends[ON if part == "labels" else IN_SERIES].add(number)
                ident = f' id="{number}"' if number else ""
                if part == "labels":
                    catno = "none" if share < 0.11 else catno
                elif share < 0.4:
                    catno = ""
                self.tally.rows[part] += bool(number) or not {name, catno} <= BLANK
                rows[part].append(f'<{"label" if part == "labels" else part} name="{name}" catno="{catno}"{ident}/>')
        series = f"<series>{''.join(rows['series'])}</series>" if rows["series"] else ""
        return f"<labels>{''.join(rows['labels'])}</labels>{series}"

    def _format(self) -> str:
        bits, drawn = self.random.getrandbits, self.random.random()
        self.tally.rows["formats"] += 1
        free = vocabulary.COLOURS[bits(BITS)] if drawn < 0.12 else ""
        text = "" if drawn > 0.93 and self.world.modern else f' text="{free}"'
        copies = self.make_odd(str(self.count("copies")), "quantities", 300)
        inner = [vocabulary.DESCRIPTIONS[bits(BITS)] for _ in range(self.count("descriptions"))]
        if inner and self.rare(300):
            inner[-1] = self.make_odd("", "texts", 1)
        kinds = self.texts("formats.descriptions", "description", inner)
        return f'<format name="{vocabulary.FORMATS[bits(BITS)]}" qty="{copies}"{text}>{kinds}</format>'

    def _write_date(self, year: int) -> str:
        """Return country and date."""
        random, bits = self.random, self.random.getrandbits
        country = f"<country>{vocabulary.COUNTRIES[bits(BITS)]}</country>" if random.random() < 0.97 else ""
        year = min(2026, year + (int(25 * random.random() ** 2) if random.random() < 0.4 else 0))
        date = DATES[bits(BITS)].format(year=year, month=1 + bits(8) % 12, day=1 + bits(8) % 28)
        date = self.make_odd(date, "released", 250)
        return f"{country}<released>{date}</released>" if date else country

    def _identifier(self) -> str:
        """Return an identifier: twelve digits for a barcode, else a matrix number."""
        random, bits = self.random, self.random.getrandbits
        self.tally.rows["identifiers"] += 1
        kind, drawn = vocabulary.IDENTIFIERS[bits(BITS)], random.random()
        place = f' description="{vocabulary.PLACES[bits(BITS)] if drawn < 0.57 else ""}"'
        if drawn > (0.57 if self.world.classic else 0.95):
            place = ""
        value = f"{10**11 + bits(39)}" if kind == "Barcode" else self._catno() + SIDES[bits(3)]
        return f'<identifier type="{kind}"{place} value="{self.make_odd(value, "values", 500)}"/>'

    def _company(self) -> str:
        random, full = self.random, self.full
        self.tally.rows["companies"] += 1
        index = self.world.draw_popular("labels", random, self.birth)
        number, name, known = self.reference("labels", index, 2_000)
        code, done = vocabulary.COMPANIES[random.getrandbits(BITS)]
        if self.rare(1_500):
            done = ("", "\u00a0")[random.getrandbits(1)]
        if known:
            self.ends["WORKED_ON", "Label-Release"].add((number, None if done in BLANK else done))
        ident = f"<id>{number}</id>" if number or full else ""
        catno = self._catno() if random.random() < 0.15 else ""
        catno = f"<catno>{catno}</catno>" if catno or full else ""
        address = f"https://api.discogs.com/labels/{number}" if number else ""
        address = "" if self.world.modern or not (address or full) else f"<resource_url>{address}</resource_url>"
        return (
            f"<company>{ident}<name>{name}</name>{catno}<entity_type>{code}</entity_type>"
            f"<entity_type_name>{done}</entity_type_name>{address}</company>"
        )

    def _tracklist(self, *, various: bool) -> str:
        """Return tracks; in a release either all have a length, or none, or a few."""
        random = self.random
        count = HUGE if self.rare(25_000) else self.count("tracks")
        self.tally.rows["tracklist"] += count
        drawn = random.random()
        durations = self.durations[0 if drawn < 0.49 else 1 if drawn < 0.95 else 2]
        billed = 0.92 if various else 0.5 if random.random() < 0.09 else 0.0
        detailed = 0.8 if random.random() < 0.31 else 0.0
        odd = ODD_TRACKS + (INDEXES if random.random() < SUITES else 0.0)
        items = [
            self._odd_track(position, durations, drawn)
            if (drawn := random.random()) < odd
            else self._track(position, durations, billed, detailed)
            for position in list_positions(count, random.getrandbits(7))
        ]
        return f"<tracklist>{''.join(items)}</tracklist>"

    def _track(self, position: str, durations: list[str], billed: float, detailed: float) -> str:
        """Return a track; a share `billed` has artists, a share `detailed` has credits."""
        bits = self.random.getrandbits
        text = f"<track><position>{position}</position><title>{self.titles[bits(BITS)]}</title>{durations[bits(BITS)]}"
        if billed and self.random.random() < billed:
            text += self.pick("track artists", bits(9))
        if detailed and self.random.random() < detailed:
            text += self.pick("track credits", bits(9))
        return text + "</track>"

    def _track_artists(self, part: str) -> str:
        indexes = [self.draw_artist() for _ in range(self.count("track_artists"))]
        return self.main_artists(f"{part}.artists", indexes, APPEARS_ON)

    def _track_credits(self, part: str) -> str:
        items = [self.extra_artist(f"{part}.extraartists") for _ in range(self.count("track_credits"))]
        return f"<extraartists>{''.join(items)}</extraartists>"

    def _odd_track(self, position: str, durations: list[str], drawn: float) -> str:
        """Return a heading, an index track, or a track with an absent or odd value."""
        random, empty, parts = self.random, self.durations[0][0], ""
        title, duration, kind = random.choice(self.titles), random.choice(durations), random.getrandbits(2)
        if drawn > ODD_TRACKS:
            parts, position, duration = self._sub_tracks(position, durations), "", empty
        elif drawn < HEADINGS:
            position, duration = "", empty
        elif kind < 2:
            position, title = (position, "") if kind else ("", title)
        elif kind == 2:
            position = self.make_odd(position, "positions", 1)
        else:
            title = self.make_odd(title, "texts", 2)
            duration = f"<duration>{self.make_odd('0:01', 'durations', 1)}</duration>"
        if {position, title} <= BLANK and duration == empty and not parts:
            self.tally.rows["tracklist"] -= 1
        values = (("position", position), ("title", title))
        text = "".join([f"<{tag}>{value}</{tag}>" for tag, value in values if value or self.full])
        return f"<track>{text}{duration}{parts}</track>"

    def _sub_tracks(self, position: str, durations: list[str]) -> str:
        """Return the parts of an index track; their positions are its own with a suffix."""
        random, part, items = self.random, "tracklist.sub_tracks", []
        sign = random.choice(["", "."])
        for letter in "abcdef"[: self.count("sub_tracks")]:
            self.tally.rows[part] += 1
            artists = self._track_artists(part) if random.random() < 0.1 else ""
            credited = self._track_credits(part) if random.random() < 0.25 else ""
            items.append(
                f"<track><position>{position}{sign}{letter}</position><title>{random.choice(self.titles)}</title>"
                f"{random.choice(durations)}{artists}{credited}</track>"
            )
        return f"<sub_tracks>{''.join(items)}</sub_tracks>"
