/** Columns that tell releases of one title from one another. */
import { column } from "../parts/columns.js";

export const EDITION = [
  column("artist", "Artist", (/** @type {Edition} */ row) => row.artist),
  column("country", "Country", (/** @type {Edition} */ row) => row.country),
  column("formats", "Format", (/** @type {Edition} */ row) => row.formats || []),
  column("label", "Label", (/** @type {Edition} */ row) => row.label),
  column("catno", "Catalogue number", (/** @type {Edition} */ row) => row.catno),
];
