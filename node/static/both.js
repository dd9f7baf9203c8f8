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
  // choices beside a flyer show at once, and whoever goes by keyboard goes on from there; without this a button does
  document.querySelectorAll("form[data-at-once]").forEach(function (form) {
    var at = new URLSearchParams(location.search).get("at");
    Array.from(form.elements).forEach(function (field) {
      if (field.name === at && (field.checked || field.tagName === "SELECT")) { field.focus(); }
    });
    form.addEventListener("change", function (event) {
      var here = document.createElement("input");
      here.type = "hidden";
      here.name = "at";
      here.value = event.target.name;
      form.appendChild(here);
      form.requestSubmit();
    });
  });
  // the list of languages closes by Escape, and when somebody goes on elsewhere: it would lie over what comes next
  document.querySelectorAll("details.menu").forEach(function (menu) {
    function leave(event) { if (!menu.contains(event.target)) { menu.open = false; } }
    document.addEventListener("focusin", leave);
    document.addEventListener("pointerdown", leave);
    menu.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !menu.open) { return; }
      menu.open = false;
      menu.firstElementChild.focus();
    });
  });
  // printing from the page, where the browser can
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { print(); });
  });
}());
