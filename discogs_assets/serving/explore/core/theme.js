/** Light or dark: the browser's preference, unless the visitor chose. */
import { useEffect, useState } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light" | "dark"} */
export function currentTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

/** @param {"light" | "dark"} theme */
export function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  dispatchEvent(new Event("theme"));
}

/** Return the theme, and render again when it changes. */
export function useTheme() {
  const [theme, setTheme] = useState(currentTheme());
  useEffect(() => {
    const listener = () => setTheme(currentTheme());
    addEventListener("theme", listener);
    dark.addEventListener("change", listener);
    return () => {
      removeEventListener("theme", listener);
      dark.removeEventListener("change", listener);
    };
  }, []);
  return theme;
}
