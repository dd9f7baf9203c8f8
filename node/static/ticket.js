/* The digits of a ticket come behind the # of its QR's address, which no browser sends. They leave the address and the
   history at once, on whatever page they arrive; the page that was scanned for then sends them by its form. */
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
