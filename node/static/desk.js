/* The desk closes by itself: a page that nobody touched for as long as one stays signed in is left, and one that comes
   back from the browser's own memory is asked for again, and shows nothing before. */
"use strict";
(function () {
  var data = document.body.dataset, left_at = Date.now() + Number(data.idle || 0) * 1000;

  addEventListener("pagehide", function (event) { if (event.persisted) { document.documentElement.hidden = true; } });
  addEventListener("pageshow", function (event) { if (event.persisted) { location.reload(); } });
  if (!data.over) { return; }

  // looked at often: a machine that slept has stopped its timers too
  function look() { if (Date.now() >= left_at) { location.replace(data.over); } }
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
}());
