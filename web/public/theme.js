// Before anything is drawn, or a dark page would flash white.
(() => {
  const chosen = localStorage.getItem("calypso.theme") ?? "system";
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = chosen === "system" ? (dark ? "dark" : "light") : chosen;
})();
