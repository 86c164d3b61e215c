// Menus close by Escape and by a click elsewhere; theme and density change at once and are kept by the same form that works
// without script; after an error the summary takes the focus.
const root = document.documentElement;

const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};

const keep = (form, button) => {
  const body = new FormData(form);
  body.set(button.name, button.value);
  return fetch(form.action, {method: "POST", body, redirect: "manual", credentials: "same-origin"});
};

const show = (name, value) => {
  if (name === "theme") {
    if (value === "system") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = value;
  } else if (name === "density") {
    root.dataset.density = value;
  } else if (name === "keys") {
    root.dataset.keys = value;
  }
  for (const other of document.querySelectorAll(`.ways button[name=${name}]`)) {
    other.setAttribute("aria-pressed", String(other.value === value));
  }
};

export const startDisplay = () => {
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  for (const form of document.querySelectorAll("form.ways")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || button.name === "language") return;
      event.preventDefault();
      show(button.name, button.value);
      keep(form, button).catch(() => form.submit());
    });
  }
  document.querySelector("[data-focus]")?.focus();
};
