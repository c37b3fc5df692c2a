/** Preact, which the page loads as plain scripts: elements and hooks. */

export const { createContext, h, render, Fragment } = preact;
export const { useCallback, useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } = preactHooks;

/**
 * Join the class names that are given.
 * @param {...(string | false | null | undefined)} names
 */
export const classes = (...names) => names.filter(Boolean).join(" ");

/** Numbers as people read them: 12,345. */
export const number = new Intl.NumberFormat("en").format;

/**
 * A count with its noun: "1 release", "2 releases".
 * @param {number} count
 * @param {string} noun
 */
export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
