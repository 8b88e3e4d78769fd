// The slider writes into the field beside it. Without this script the field alone does everything.
"use strict";
for (const slider of document.querySelectorAll("input.slider")) {
  const field = document.getElementById(slider.dataset.for);
  slider.addEventListener("input", () => { field.value = slider.value; });
  slider.addEventListener("change", () => { slider.form.requestSubmit(); });
  field.addEventListener("input", () => { slider.value = field.value; });
}
