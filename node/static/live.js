/* A new post shows without reload: asks a small question every ten seconds, and only if the answer changed fetches the
   page again. Waits while somebody reads further down, so nothing moves under a finger. */
"use strict";
(function () {
  var zone = document.querySelector("[data-live]");
  if (!zone || !window.fetch || !window.DOMParser) { return; }
  var EVERY = 10000, TOP = 60;
  var known = null, changed = false;

  function question() {
    fetch(zone.dataset.live, { cache: "no-cache" }).then(function (answer) {
      var mark = answer.headers.get("ETag");
      changed = changed || (known !== null && mark !== known);
      known = mark;
      if (changed && !document.hidden && window.scrollY < TOP) { renew(); }
    }).catch(function () { /* out of reach for a moment: asked again soon */ });
  }
  function renew() {
    fetch(location.href, { cache: "no-store" }).then(function (answer) {
      return answer.ok && answer.url === location.href ? answer.text() : null;
    }).then(function (text) {
      if (text) { put(new DOMParser().parseFromString(text, "text/html")); }
    }).catch(function () {});
  }
  function put(fresh) {
    var symbols = document.querySelector("svg.sprite");
    fresh.querySelectorAll("svg.sprite symbol").forEach(function (symbol) {
      if (!document.getElementById(symbol.id)) { symbols.appendChild(document.importNode(symbol, true)); }
    });
    ["live-counts", "live-list"].forEach(function (id) {
      var here = document.getElementById(id), there = fresh.getElementById(id);
      if (here && there && !here.contains(document.activeElement)) {
        here.replaceChildren.apply(here, Array.from(document.importNode(there, true).childNodes));
        changed = false;
      }
    });
  }
  setInterval(question, EVERY);
  question();
}());
