/* On phones: forgets nothing, follows nobody. */
"use strict";
(function () {
  addEventListener("pageshow", function (event) { if (event.persisted) { location.reload(); } });
}());
