/** Types that several modules share: answers of the API, and globals of plain scripts. */
declare const preactHooks: typeof import("preact/hooks");

type Kind = "artist" | "label" | "master" | "release" | "genre" | "style";
type Child = import("preact").ComponentChildren;

interface Named { type: Kind; id: number | string; name: string | null }

/** `group` is the heading above it, `href` a page other than the graph. */
interface Suggestion extends Named, Edition { year: number | null; subtitle: string | null; score?: number; group?: string; href?: string }
interface Neighbours { category: string; name: string; type: Kind; count: number }
interface Explored { center: Named; categories: Neighbours[] }
interface Edition { artist?: string | null; country?: string | null; formats?: string[] | null; label?: string | null; catno?: string | null }
interface Neighbour extends Named, Edition { year?: number | null; release_count?: number | null; first_year?: number | null }
interface Expanded { children: Neighbour[]; total: number; has_more: boolean; cursor: string | null }
interface Trends { name: string | null; type: Kind; data: { year: number; count: number }[] }
interface Compared extends Named { data: { year: number; count: number; share: number | null }[] }
interface Step extends Named { rel: string | null; role?: string | null }
interface PathFound { found: boolean; length: number | null; path: Step[] }
interface FacetCount { name: string; count: number }
interface Hit extends Named {
  highlight: string;
  metadata: { year: number | null; genres: string[]; styles: string[]; subtitle: string | null; release_count: number; country: string | null; label: string | null; catno: string | null; formats: string[] };
}
interface SearchPage {
  total: number;
  facets: { type: FacetCount[]; genre: FacetCount[]; format: FacetCount[]; country: FacetCount[]; decade: FacetCount[] };
  results: Hit[];
  suggestions: string[];
  pagination: { limit: number; offset: number; has_more: boolean };
}
interface GenreTree {
  genres: { name: string; release_count: number; styles: { name: string; release_count: number; share: number }[] }[];
}
interface Months {
  published: string;
  months: { month: string; published: boolean; tables: number; graph: boolean; search: boolean }[];
}
interface Statistics { counts: Record<string, number>; total_relationships: number }

/** A credit or a reference of a record. */
interface Reference { id?: number | null; name?: string; anv?: string; join?: string; role?: string; catno?: string }

/** A node of the picture. Sizes and places are in the graph's own units. */
interface GraphNode {
  key: string;
  role: "entity" | "category" | "more";
  kind: Kind;
  text: string;
  /** The category that a category node or "more" node belongs to. */
  category?: string;
  entity?: Named;
  root?: boolean;
  /** Whether it came after the earlier year of a comparison. */
  late?: boolean;
  /** Whether it is a step of the path that is shown. */
  path?: boolean;
  open?: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  pinned: boolean;
}
interface GraphLink { source: string; target: string; path?: boolean }
interface Place { x: number; y: number; pinned: boolean }
interface Picture { nodes: GraphNode[]; links: GraphLink[] }
