// Passkeys. A form with data-passkey (make, show) and data-challenge (an address) has a hidden field "answer" and a
// button that only works with script; without it, or in a browser that knows none, the button stays hidden.
const ask = async (form) => {
  const token = form.querySelector('[name="csrf_token"]').value;
  const answer = await fetch(form.dataset.challenge, {method: "POST", headers: {"X-CSRFToken": token}});
  if (!answer.ok || answer.redirected) throw new Error("no challenge");
  return answer.json();
};

const signed = async (form) => {
  const options = await ask(form);
  return form.dataset.passkey === "make"
    ? navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})
    : navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)});
};

export const startPasskeys = () => {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    for (const part of form.querySelectorAll("[data-passkey-part]")) part.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value || (form.dataset.passkey === "make" && !form.checkValidity())) return;
      event.preventDefault();
      try {
        form.elements.answer.value = JSON.stringify((await signed(form)).toJSON());
        form.requestSubmit();
      } catch {
        // The person closed the device's window, or it knows no fitting key: the form stays as it was.
        form.querySelector("[data-passkey-failed]").hidden = false;
      }
    });
  }
};
