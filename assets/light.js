// Table or Darkroom. Runs before the first paint, so that a kept light never flashes into view; without a kept light the
// page follows the system. Any button with data-light-set="table|darkroom" is the switch, whoever drew it.
(() => {
  const root = document.documentElement;
  const KEY = "light";
  const LIGHTS = ["table", "darkroom"];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const buttons = document.getElementsByClassName("lights__set"); // live: it follows every later drawing

  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be refused
    }
  };
  const press = () => {
    const now = root.dataset.light ?? (dark.matches ? "darkroom" : "table");
    for (const button of buttons) {
      const pressed = String(button.dataset.lightSet === now);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  };
  const light = (name) => {
    if (LIGHTS.includes(name)) root.dataset.light = name;
    press();
  };

  light(kept());
  document.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-light-set]")?.dataset.lightSet;
    if (!name) return;
    light(name);
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // the light still changes, it is only not kept
    }
  });
  addEventListener("storage", (event) => event.key === KEY && light(event.newValue));
  dark.addEventListener("change", press);
  new MutationObserver(press).observe(document, { childList: true, subtree: true });
})();
