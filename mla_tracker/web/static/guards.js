// Nothing typed is lost by leaving, and nothing is sent twice.
const typed = (form) => {
  const parts = [];
  for (const [name, value] of new FormData(form)) {
    if (name !== "csrf_token") parts.push(name + "=" + (value instanceof File ? value.name + value.size : value));
  }
  return parts.join("&");
};

export const startGuards = () => {
  const guarded = new Map();
  for (const form of document.querySelectorAll("form[data-guard]")) {
    // A page that came back with errors holds text that the register does not have.
    guarded.set(form, document.querySelector(".errsum") ? null : typed(form));
  }
  window.addEventListener("beforeunload", (event) => {
    for (const [form, before] of guarded) {
      if (!form.dataset.sent && before !== typed(form)) event.preventDefault();
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // A list may be asked for a file, which leaves the page, and then for something else.
    if (form.method !== "post" || event.defaultPrevented || "repeatable" in form.dataset) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // The browser may bring the page back as it was left.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
};
