/** Icons as SVG, 20 units wide. */
import { h } from "../core/dom.js";

const PATHS = {
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  pin: "M7 3h6l-1 6 3 3H5l3-3-1-6M10 12v5",
  undo: "M7 4 3 8l4 4M3 8h9a5 5 0 0 1 0 10H8",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4",
  moon: "M16 11.5A6.5 6.5 0 1 1 8.5 4a5 5 0 0 0 7.5 7.5Z",
  search: "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M12.5 12.5 17 17",
  close: "M5 5l10 10M15 5 5 15",
  share: "M8 12a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M12 8a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1",
  save: "M10 3v10M6 9l4 4 4-4M3 17h14",
  path: "M4 16a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M16 7a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3M5.5 14.5h5a3 3 0 0 0 0-6H9a2 2 0 0 1 0-4h5",
  back: "M13 4l-6 6 6 6",
  forward: "M7 4l6 6-6 6",
  play: "M6 4l10 6-10 6Z",
  pause: "M7 4v12M13 4v12",
  menu: "M3 5h14M3 10h14M3 15h14",
  filter: "M3 5h14M6 10h8M9 15h2",
  ask: "M3.5 4h13v9.5H9.5L6 16.5v-3H3.5Z",
};

/** @param {{ name: keyof typeof PATHS }} props */
export const Icon = ({ name }) =>
  h("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, h("path", { d: PATHS[name] }));
