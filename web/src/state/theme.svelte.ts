// Light or dark: the system's, until somebody chooses; then remembered. public/theme.js applies it before the first paint.
type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = document.documentElement.dataset.theme as Theme | undefined;
let current = $state<Theme>(chosen ?? (system.matches ? "dark" : "light"));

system.addEventListener("change", () => {
  if (document.documentElement.dataset.theme === undefined) current = system.matches ? "dark" : "light";
});

export const theme = {
  get current(): Theme {
    return current;
  },
  toggle(): void {
    current = current === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = current;
    try {
      localStorage.setItem("theme", current);
    } catch {
      // Storage is closed to this page: the choice lasts as long as the page.
    }
  },
};
