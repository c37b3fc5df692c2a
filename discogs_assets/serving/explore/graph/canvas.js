/** The canvas of a graph with its tools. */
import { h, useEffect, useRef, useState } from "../core/dom.js";
import { KINDS, PLURALS } from "../core/entities.js";
import { useTheme } from "../core/theme.js";
import { Icon } from "../parts/icons.js";
import { GraphView } from "./view.js";

/**
 * @typedef {object} CanvasProps
 * @property {Picture} picture
 * @property {Map<string, Place>} places places that nodes are given at first
 * @property {string} selected
 * @property {string} label
 * @property {(node: GraphNode, shift: boolean) => void} onActivate
 * @property {(node: GraphNode) => void} onOpen
 * @property {(undo: () => void) => void} onPlace
 */

/** @param {CanvasProps} props */
export function GraphCanvas(props) {
  const { picture, places, selected, label } = props;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const view = useRef(/** @type {GraphView | null} */ (null));
  const [hovered, setHovered] = useState(/** @type {GraphNode | null} */ (null));
  const latest = useRef(props);
  latest.current = props;
  const theme = useTheme();
  useEffect(() => {
    view.current = new GraphView(/** @type {HTMLCanvasElement} */ (canvas.current), {
      onActivate: (node, shift) => latest.current.onActivate(node, shift),
      onOpen: (node) => latest.current.onOpen(node),
      onPlace: (undo) => latest.current.onPlace(undo),
      onHover: setHovered,
    });
    return () => view.current?.destroy();
  }, []);
  useEffect(() => view.current?.show(picture, places), [picture]);
  useEffect(() => view.current?.select(selected), [selected, picture]);
  useEffect(() => view.current?.recolour(), [theme]);
  // The node under the pointer, as it is now: its category may have opened meanwhile.
  const shown = hovered && picture.nodes.find((node) => node.key === hovered.key);
  const pinned = picture.nodes.find((node) => node.key === selected);
  return h("div", { class: "graph-canvas" },
    h("div", { class: "graph-view" },
      h("canvas", {
        ref: canvas, tabIndex: 0, role: "application", "aria-label": label, "aria-describedby": "graph-keys",
      }),
      shown && h("div", { class: "tooltip", dir: "auto" }, describe(shown))),
    h("p", { id: "graph-keys", class: "unseen" },
      "Arrow keys walk from node to node, Enter chooses, Shift with Enter finds the path from the selected node, space "
      + "opens, p pins, plus and minus zoom, 0 fits. "
      + "The table shows the same."),
    h("p", { class: "unseen", "aria-live": "polite" }, shown ? shown.text : ""),
    h("div", { class: "graph-bar" },
      h(Legend, { picture }),
      h("div", { class: "zoom", role: "group", "aria-label": "View" },
        h(Tool, { icon: "plus", label: "Zoom in", onClick: () => view.current?.zoom(1.3) }),
        h(Tool, { icon: "minus", label: "Zoom out", onClick: () => view.current?.zoom(1 / 1.3) }),
        h(Tool, { icon: "fit", label: "Fit the whole graph", onClick: () => view.current?.follow() }),
        h(Tool, {
          icon: "pin", label: "Pin or release the selected node",
          onClick: () => pinned && view.current?.pin(pinned, !pinned.pinned),
        }))));
}

/** @param {{ icon: "plus" | "minus" | "fit" | "pin", label: string, onClick: () => void }} props */
const Tool = ({ icon, label, onClick }) =>
  h("button", { type: "button", class: "tool", "aria-label": label, title: label, onClick }, h(Icon, { name: icon }));

/** @param {GraphNode} node */
function describe(node) {
  if (node.role === "more") return `${node.text}: click to load`;
  if (node.role === "category") return `${node.text}: click to ${node.open ? "close" : "open"}`;
  return `${node.text} (${node.kind}${node.late ? ", new since the earlier year" : ""}${node.pinned ? ", pinned" : ""})`;
}

/** @param {{ picture: Picture }} props */
function Legend({ picture }) {
  const shown = new Set(picture.nodes.filter((node) => node.role === "entity").map((node) => node.kind));
  return h("ul", { class: "kinds", "aria-label": "Types" }, KINDS.filter((kind) => shown.has(kind)).map((kind) =>
    h("li", { key: kind, class: kind }, PLURALS[kind])));
}
