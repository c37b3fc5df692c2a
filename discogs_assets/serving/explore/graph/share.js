/** Sharing a graph: the link of the page, and a link that keeps all places. */
import { h, useEffect, useRef, useState } from "../core/dom.js";
import { toProblem } from "../core/api.js";
import { link } from "../core/router.js";
import { Menu } from "../parts/menu.js";
import { createSnapshot, makeSnapshot, MOST } from "./snapshot.js";

/** Advice by status of a snapshot that is refused. @type {Record<number, string>} */
const ADVICE = {
  0: "Check the connection, then try again.",
  429: "The link of the page, above, still works.",
  503: "The link of the page, above, still works.",
};

/** @typedef {{ roots: import("./state.js").Root[], picture: Picture, wanted: import("./state.js").Wanted, selected: string | null }} ShareProps */

/** @param {ShareProps} props */
export const Share = (props) => h(Menu, { icon: "share", label: "Share", children: h(Links, props) });

/** @param {ShareProps} props */
function Links({ roots, picture, wanted, selected }) {
  const [state, setState] = useState({ url: "", said: "", problem: "" });
  useEffect(() => setState({ url: "", said: "", problem: "" }), [picture]);
  const create = async () => {
    try {
      const { token, expires_at: end } = await createSnapshot(makeSnapshot(roots, picture.nodes, wanted, selected));
      const day = new Date(end).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });
      setState({ url: location.origin + link({ snapshot: token }), said: `The server keeps it until ${day}.`, problem: "" });
    } catch (error) {
      const { status, message } = toProblem(error);
      setState({ url: "", said: "", problem: [message, ADVICE[status]].filter(Boolean).join(" ") });
    }
  };
  const more = picture.nodes.filter((node) => node.entity).length - MOST;
  return h("div", { class: "share-links" },
    h(Copied, { label: "Link to this graph", url: location.href }),
    h("p", { class: "hint" }, "Shows the same neighbours in a new layout. It never expires."),
    state.url
      ? h(Copied, { label: "Link that keeps the layout", url: state.url })
      : h("button", { type: "button", onClick: create }, "Create a link that keeps the layout"),
    h("p", { class: "hint" }, "Restores pins and places as well. Anyone with the link can open it."),
    more > 0 && h("p", { class: "hint" }, `It keeps the places of ${MOST} entities, pinned ones first; ${more} others are laid out around them.`),
    h("p", { role: "status" }, state.said),
    state.problem && h("p", { role: "alert", dir: "auto" }, state.problem));
}

/** @param {{ label: string, url: string }} props */
function Copied({ label, url }) {
  const [said, setSaid] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => setSaid(""), [url]);
  const copy = async () => {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(url);
      setSaid("Copied");
    } catch {
      // Without a secure origin or the permission there is no clipboard but the selection's.
      setSaid(document.execCommand("copy") ? "Copied" : "Press Ctrl+C to copy");
    }
  };
  return h("div", { class: "copied" },
    h("label", null, h("span", { class: "field-label" }, label),
      h("input", { ref: input, readOnly: true, value: url, onFocus: () => input.current?.select() })),
    h("button", { type: "button", "aria-label": `Copy: ${label}`, onClick: copy }, "Copy"),
    h("span", { role: "status", class: "hint" }, said));
}
