/** Texts of drawings, which do not wrap by themselves: their widths, cuts and lines. */

const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** Return a font of the page, as a canvas has it. @param {number} size @param {number} [weight] */
export const fontOf = (size, weight = 400) => `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;

/** @param {string} text @param {string} font */
export function measureText(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}

/** Return the longest beginning of a text that a width holds, with an ellipsis if it is not the whole. @param {string} text @param {number} width @param {string} font */
export function cutText(text, width, font) {
  if (measureText(text, font) <= width) return text;
  const letters = [...text];
  return `${letters.slice(0, countFitting(letters, width - measureText("…", font), font)).join("")}…`;
}

/** Number of letters that a width holds, at least one. @param {string[]} letters @param {number} width @param {string} font */
function countFitting(letters, width, font) {
  let [least, most] = [1, letters.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (measureText(letters.slice(0, middle).join(""), font) <= width) least = middle;
    else most = middle - 1;
  }
  return least;
}

/** Return the lines of a text; a word that is wider than a line is divided. @param {string} text @param {number} width @param {string} font @returns {string[]} */
export function wrapText(text, width, font) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (measureText(longer, font) <= width) { line = longer; continue; }
    if (line) lines.push(line);
    const parts = divide(word, width, font);
    lines.push(...parts.slice(0, -1));
    line = parts[parts.length - 1];
  }
  return [...lines, line];
}

/** @param {string} word @param {number} width @param {string} font @returns {string[]} */
function divide(word, width, font) {
  const parts = [];
  let letters = [...word];
  while (letters.length > 1 && measureText(letters.join(""), font) > width) {
    const count = countFitting(letters, width, font);
    parts.push(letters.slice(0, count).join(""));
    letters = letters.slice(count);
  }
  return [...parts, letters.join("")];
}
