// Light or dark: chosen once, kept by the browser where it lets us.
(() => {
  const root = document.documentElement;
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* file: */ } };
  const show = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    for (const button of document.querySelectorAll("[data-switch-theme]"))
      button.setAttribute("aria-pressed", String(dark));
    return dark;
  };
  if (["light", "dark"].includes(remembered("theme"))) root.dataset.theme = remembered("theme");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !("switchTheme" in button.dataset)) return;
    root.dataset.theme = show() ? "light" : "dark";
    remember("theme", root.dataset.theme);
    show();
  });
  document.addEventListener("DOMContentLoaded", show);
})();
