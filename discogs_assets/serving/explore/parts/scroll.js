/** A frame for a table that may be too wide: on a narrow screen its rows are stacked, on others it scrolls by itself. */
import { h, useLayoutEffect, useRef } from "../core/dom.js";

/** @param {{ label: string, children?: Child }} props */
export function Scroll({ label, children }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const arrange = () => { if (place.current) arrangeTable(place.current); };
  useLayoutEffect(arrange);
  useLayoutEffect(() => {
    let width = 0;
    const observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === width) return;
      width = contentRect.width;
      arrange();
    });
    observer.observe(/** @type {HTMLElement} */ (place.current));
    return () => observer.disconnect();
  }, []);
  return h("div", { class: "scroll", ref: place, tabIndex: 0, role: "region", "aria-label": label }, children);
}

/** Give each cell the title of its column, and stack the rows if they are wider than their frame. @param {HTMLElement} frame */
function arrangeTable(frame) {
  const table = frame.querySelector("table");
  if (!table) return;
  const titles = [...table.querySelectorAll("thead th")].map((each) => each.textContent || "");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, column) => cell.setAttribute("data-title", titles[column] || ""));
  }
  table.classList.remove("stacked");
  table.classList.toggle("stacked", table.offsetWidth > frame.clientWidth + 1);
}
