/* The digits of a ticket stand in no address and no history. Typed into the search they are sent by the form of their own
   box. They come behind the # of a QR's address, too, which no browser sends: from there they are taken at once, on
   whatever page they arrive; the page that was scanned for then sends them by its form. */
"use strict";
(function () {
  var found = /^#([0-9]{16})$/.exec(location.hash);
  if (!found) { return; }
  history.replaceState(null, "", location.pathname + location.search);
  var form = document.querySelector("form[data-scanned]");
  if (!form) { return; }
  form.elements.code.value = found[1];
  form.submit();
}());
(function () {
  var LONG = 16, AGAIN = 2000;
  var search = document.querySelector("form.search"), sending = false, digit, row;
  try {
    digit = new RegExp("\\p{Nd}", "gu");
    row = new RegExp("\\p{Nd}(?:[-\\u2010-\\u2014. \\u00a0\\u202f\\u2009\\p{Cf}]*\\p{Nd})*", "gu");
  } catch (error) { return; }  // an old browser: the node sees what it is, and it is typed again
  if (!search || !window.fetch || !window.DOMParser) { return; }

  search.addEventListener("submit", function (event) {
    var typed = search.elements.find.value.match(row) || [];
    var ticket = typed.find(function (digits) { return Math.abs(digits.match(digit).length - LONG) <= 1; });
    if (!ticket) { return; }
    event.preventDefault();
    if (!sending) { send(ticket); }
    sending = true;
  });
  // what is the same for all has no form of a visit: it is fetched with its token, whenever the node answers
  function send(ticket) {
    fetch(search.dataset.box, { cache: "no-store" }).then(function (answer) { return answer.text(); }).then(function (page) {
      var box = new DOMParser().parseFromString(page, "text/html").getElementById("answer");
      if (!box || !box.elements.code) { location.href = search.dataset.box; return; }  // another page comes first
      box = document.importNode(box, true);
      box.hidden = true;
      document.body.appendChild(box);
      box.elements.code.value = ticket;
      search.elements.find.value = "";
      box.submit();
    }).catch(function () { setTimeout(send, AGAIN, ticket); });
  }
}());
