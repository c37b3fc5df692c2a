/** Buttons that save what a part of a pane shows: its rows as CSV and JSON, its drawing as SVG and PNG. */
import { h, plural, useState } from "../core/dom.js";
import { nameFile, save, writeCsv, writeJson } from "./files.js";
import { drawPicture, writePng, writeSvg } from "./picture.js";

/**
 * @typedef {object} DownloadsProps
 * @property {string} title of the rows, from which files are named
 * @property {import("./files.js").Column<any>[]} columns
 * @property {any[]} rows
 * @property {{ current: Element | null }} [drawing] part with an `svg`
 */

/** @param {DownloadsProps} props */
export function Downloads({ title, columns, rows, drawing }) {
  const [failed, setFailed] = useState("");
  const picture = () => drawPicture(/** @type {Element} */ (drawing?.current), title);
  /** @type {Record<string, () => Blob | Promise<Blob>>} */
  const files = {
    ...(drawing && { SVG: () => writeSvg(picture()), PNG: () => writePng(picture()) }),
    CSV: () => new Blob([writeCsv(columns, rows)], { type: "text/csv;charset=utf-8" }),
    JSON: () => new Blob([writeJson(columns, rows)], { type: "application/json" }),
  };
  const download = async (/** @type {string} */ kind) => {
    try {
      save(nameFile(title, kind.toLowerCase()), await files[kind]());
      setFailed("");
    } catch (error) {
      setFailed(`The ${kind} could not be written: ${error instanceof Error ? error.message : error}`);
    }
  };
  return h("div", { class: "downloads", role: "group", "aria-label": `Download: ${title}` },
    h("span", { class: "count" }, `${plural(rows.length, "row")} as`),
    Object.keys(files).map((kind) => h("button", { key: kind, type: "button", class: "quiet", onClick: () => download(kind) }, kind)),
    h("span", { role: "status" }, failed));
}
