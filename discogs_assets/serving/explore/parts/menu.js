/** A button with a panel of further controls below it. */
import { h, useEffect, useId, useRef, useState } from "../core/dom.js";
import { Icon } from "./icons.js";

/** @param {{ icon: Parameters<typeof Icon>[0]["name"], label: string, name?: string, children?: Child }} props `name` for those who do not see it */
export function Menu({ icon, label, name, children }) {
  const [open, setOpen] = useState(false);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    const close = (/** @type {Event} */ event) => {
      if (!(event.target instanceof Node && place.current?.contains(event.target))) setOpen(false);
    };
    addEventListener("pointerdown", close);
    addEventListener("focusin", close);
    return () => { removeEventListener("pointerdown", close); removeEventListener("focusin", close); };
  }, [open]);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current?.focus();
  };
  // A link that is followed leaves the menu.
  const follow = (/** @type {Event} */ event) => event.target instanceof Element && event.target.closest("a") && setOpen(false);
  return h("div", { class: "menu", ref: place, onKeyDown: press },
    h("button", { type: "button", class: "quiet", ref: button, "aria-expanded": open, "aria-controls": id, "aria-label": name, onClick: () => setOpen(!open) },
      h(Icon, { name: icon }), h("span", { class: "menu-label" }, label)),
    h("div", { id, class: "menu-panel", hidden: !open, role: "group", "aria-label": label, onClick: follow }, open && children));
}
