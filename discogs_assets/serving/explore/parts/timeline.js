/** Years to look at: a slider, steps, playing, and a second year to compare with. The URL holds all of them. */
import { h, useEffect, useState } from "../core/dom.js";
import { change, go, useQuery } from "../core/router.js";
import { Icon } from "./icons.js";

const PAUSE = 1000;
const SPEEDS = { 1: "1 year a second", 10: "10 years a second" };

/** Years between the two that a comparison starts with. */
const APART = 10;

/**
 * @typedef {object} TimelineProps
 * @property {string} name parameter of the year; that of the year compared with is `vs`
 * @property {number} first
 * @property {number} last
 * @property {string} label
 * @property {boolean} busy whether a year is being loaded: playing waits for it
 */

/** @param {TimelineProps} props */
export function Timeline({ name, first, last, label, busy }) {
  const query = useQuery();
  const read = (/** @type {string} */ each) => (query.get(each) ? Math.min(last, Math.max(first, Number(query.get(each)) || last)) : null);
  const [year, other] = [read(name), read("vs")];
  const now = year ?? last;
  const set = (/** @type {number} */ value) => go(change({ [name]: value >= last && other === null ? null : value }), true);
  const [step, setStep] = useState(1);
  const [playing, setPlaying] = usePlaying(now, first, last, busy, step, set);
  const compare = () => go(change(other === null
    ? { [name]: now, vs: Math.max(first, Math.min(now, last) - APART) }
    : { [name]: now >= last ? null : now, vs: null }), true);
  return h("div", { class: "timeline", role: "group", "aria-label": "Years" },
    h(Tool, { icon: "back", label: "A year back", disabled: now <= first, onClick: () => set(now - 1) }),
    h(Tool, { icon: playing ? "pause" : "play", label: playing ? "Pause" : "Play the years", onClick: () => setPlaying(!playing) }),
    h(Tool, { icon: "forward", label: "A year on", disabled: now >= last, onClick: () => set(now + 1) }),
    h(Slider, { id: name, label, first, last, year, onSet: set }),
    other !== null && h(Slider, { id: "vs", label: "compared with", first, last, year: other, onSet: (value) => go(change({ vs: value }), true) }),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: other !== null, onChange: compare }), "Compare"),
    h("select", {
      "aria-label": "Speed", value: String(step),
      onChange: (/** @type {Event} */ event) => setStep(valueOf(event)),
    }, Object.entries(SPEEDS).map(([years, text]) => h("option", { key: years, value: years, selected: years === String(step) }, text))));
}

/**
 * Go on to the next year again and again, from the start if the end is shown.
 * @param {number} year
 * @param {number} first
 * @param {number} last
 * @param {boolean} busy
 * @param {number} step
 * @param {(year: number) => void} set
 * @returns {[boolean, (playing: boolean) => void]}
 */
function usePlaying(year, first, last, busy, step, set) {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing || busy) return undefined;
    const timer = setTimeout(() => {
      set(Math.min(last, year + step));
      if (year + step >= last) setPlaying(false);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [playing, busy, year, step]);
  return [playing, (wanted) => {
    if (wanted && year >= last) set(first);
    setPlaying(wanted);
  }];
}

/** @param {{ id: string, label: string, first: number, last: number, year: number | null, onSet: (year: number) => void }} props */
function Slider({ id, label, first, last, year, onSet }) {
  const [shown, setShown] = useState(year);
  useEffect(() => setShown(year), [year]);
  const text = shown === null ? "all years" : String(shown);
  return h("div", { class: "slider" },
    h("label", { for: id }, label),
    h("input", {
      id, type: "range", min: first, max: last, value: shown ?? last, "aria-valuetext": text,
      onInput: (/** @type {Event} */ event) => setShown(valueOf(event)),
      onChange: (/** @type {Event} */ event) => onSet(valueOf(event)),
    }),
    h("output", { for: id }, text));
}

/** @param {{ icon: Parameters<typeof Icon>[0]["name"], label: string, disabled?: boolean, onClick: () => void }} props */
const Tool = ({ icon, label, disabled, onClick }) =>
  h("button", { type: "button", class: "tool quiet", "aria-label": label, title: label, disabled, onClick }, h(Icon, { name: icon }));

/** @param {Event} event */
const valueOf = (event) => Number(/** @type {HTMLInputElement} */ (event.target).value);
