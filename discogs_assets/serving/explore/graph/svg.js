/** A drawing context that writes SVG: the part of CanvasRenderingContext2D that `draw.js` uses. */

/** @typedef {string | CanvasGradient | CanvasPattern} Paint */

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text as XML has it; characters that it forbids are replaced. @param {unknown} text */
const escape = (text) => String(text).replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
  .replace(/[&<>"']/g, (sign) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (sign)]);

/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100;

/** @param {Record<string, unknown>} attributes */
const write = (attributes) => Object.entries(attributes).filter(([, value]) => value !== "" && value !== undefined)
  .map(([name, value]) => ` ${name}="${escape(typeof value === "number" ? round(value) : value)}"`).join("");

/** @type {Record<string, string>} */
const ANCHORS = { center: "middle", left: "start", start: "start", right: "end", end: "end" };

/** Distance from the baseline of a text to its middle or its top, in heights of the font. @type {Record<string, number>} */
const BASELINES = { middle: 0.35, top: 0.8 };

export class SvgContext {
  /** @param {CanvasRenderingContext2D} ruler measures texts */
  constructor(ruler) {
    this.ruler = ruler;
    /** @type {string[]} */
    this.parts = [];
    this.path = "";
    /** @type {number[]} */
    this.dash = [];
    this.fillStyle = this.strokeStyle = /** @type {Paint} */ ("#000");
    this.lineWidth = 1;
    this.font = "12px sans-serif";
    this.textAlign = "start";
    this.textBaseline = "alphabetic";
    this.lineJoin = "miter";
  }

  beginPath() { this.path = ""; }
  closePath() { this.path += "Z"; }
  /** @param {number} x @param {number} y */
  moveTo(x, y) { this.path += `M${round(x)} ${round(y)}`; }
  /** @param {number} x @param {number} y */
  lineTo(x, y) { this.path += `L${round(x)} ${round(y)}`; }
  /** A whole circle. @param {number} x @param {number} y @param {number} radius */
  arc(x, y, radius) {
    const [r, left, right] = [radius, x - radius, x + radius].map(round);
    this.path += `M${right} ${round(y)}A${r} ${r} 0 1 1 ${left} ${round(y)}A${r} ${r} 0 1 1 ${right} ${round(y)}Z`;
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  roundRect(x, y, width, height, radius) {
    const [r, across, down] = [radius, width - 2 * radius, height - 2 * radius].map(round);
    const turn = (/** @type {number} */ right, /** @type {number} */ below) => `a${r} ${r} 0 0 1 ${right * r} ${below * r}`;
    this.path += `M${round(x + radius)} ${round(y)}h${across}${turn(1, 1)}v${down}${turn(-1, 1)}h${-across}${turn(-1, -1)}v${-down}${turn(1, -1)}Z`;
  }

  /** @param {number[]} dash */
  setLineDash(dash) { this.dash = dash; }
  /** @param {string} text */
  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  fill() { this.parts.push(`<path${write({ d: this.path, fill: this.fillStyle })}/>`); }
  stroke() {
    const { path: d, strokeStyle: stroke, lineWidth, dash } = this;
    if (d) this.parts.push(`<path${write({ d, fill: "none", stroke, "stroke-width": lineWidth, "stroke-dasharray": dash.join(" ") })}/>`);
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) { this.#text(text, x, y, { fill: this.fillStyle }); }
  /** @param {string} text @param {number} x @param {number} y */
  strokeText(text, x, y) {
    this.#text(text, x, y, { fill: "none", stroke: this.strokeStyle, "stroke-width": this.lineWidth, "stroke-linejoin": this.lineJoin });
  }

  /** @param {string} text @param {number} x @param {number} y @param {Record<string, unknown>} paint */
  #text(text, x, y, paint) {
    const [, weight, size, family] = /^(\d+)? ?([\d.]+)px (.*)$/.exec(this.font) || [];
    const down = (BASELINES[this.textBaseline] || 0) * Number(size);
    this.parts.push(`<text${write({
      x, y: y + down, ...paint, "font-size": Number(size), "font-weight": weight, "font-family": family, "text-anchor": ANCHORS[this.textAlign],
    })}>${escape(text)}</text>`);
  }

  /** Return the document. @param {number} width @param {number} height @param {string} title */
  write(width, height, title) {
    const size = write({ viewBox: `0 0 ${width} ${height}`, width, height });
    return `<svg xmlns="http://www.w3.org/2000/svg"${size}><title>${escape(title)}</title>${this.parts.join("\n")}</svg>\n`;
  }
}
