/* While a file is being written or read: looks again by itself, and changes only the words that say how far it is. */
"use strict";
(function () {
  var zone = document.querySelector("[data-working]");
  if (!zone || !window.fetch || !window.DOMParser) { return; }
  function look() {
    fetch(location.href, { cache: "no-store" }).then(function (answer) { return answer.text(); }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html");
      var said = fresh.querySelector("[data-working] [role=status]");
      if (!said) { location.reload(); return; }
      zone.querySelector("[role=status]").textContent = said.textContent;
      setTimeout(look, 1500);
    }).catch(function () { setTimeout(look, 3000); });
  }
  setTimeout(look, 500);
}());
/* A file that is too large is told so before it is sent, which could take minutes. */
(function () {
  var input = document.querySelector("input[data-most]");
  if (!input) { return; }
  input.addEventListener("change", function () {
    var file = input.files[0];
    input.setCustomValidity(file && file.size > Number(input.dataset.most) ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
}());
