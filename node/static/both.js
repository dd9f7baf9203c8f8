/* Small comforts on forms, at the kiosk and on phones; every page works without them. */
"use strict";
(function () {
  // letters left under the words
  document.querySelectorAll("[data-letters-left]").forEach(function (field) {
    var told = document.getElementById(field.dataset.lettersLeft);
    if (!told) { return; }
    var pattern = told.textContent.replace(/[0-9][0-9.,]*/, "#");
    field.addEventListener("input", function () {
      told.textContent = pattern.replace("#", String(field.maxLength - field.value.length));
    });
  });
  // a double tap sends once; the node would see that it is the same post anyway
  document.querySelectorAll("form[method=post]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      setTimeout(function () { delete form.dataset.sent; }, 3000);
    });
  });
  // choices beside a flyer show at once; without this a button does
  document.querySelectorAll("form[data-at-once]").forEach(function (form) {
    form.addEventListener("change", function () { form.requestSubmit(); });
  });
  // printing from the page, where the browser can
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { print(); });
  });
}());
