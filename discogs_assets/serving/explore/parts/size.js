/** Sizes that drawings and controls depend on: widths of elements, and queries of media. */
import { useEffect, useLayoutEffect, useRef, useState } from "../core/dom.js";

/**
 * Return a reference for an element and its width in whole pixels, and render again when it changes.
 * @param {number} usual width before the element is there
 * @returns {[{ current: HTMLElement | null }, number]}
 */
export function useWidth(usual) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(usual);
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (place.current);
    const measure = () => element.clientWidth && setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

/** Return true while a query holds, and render again when this changes. @param {string} query */
export function useMedia(query) {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const listener = () => setHolds(media.matches);
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  }, [query]);
  return holds;
}
