/* The board on the screen follows the board: the time, by a small question every ten seconds that mostly answers "not
   changed"; and what is typed into the search. Without this script one reloads, and the search is a form. */
"use strict";
(function () {
  var zone = document.getElementById("live-list");
  if (!zone || !window.fetch || !window.DOMParser) { return; }
  var EVERY = 10000, TOP = 60, PAUSE = 250, DIGITS = 4;
  var PARTS = ["live-counts", "live-narrowed", "live-found", "live-list"];
  var form = document.querySelector("form.search[data-as-typed]");
  var fresh = document.getElementById("live-new");
  var changed = false, pause = 0, latest = 0;

  // while somebody reads further down nothing moves under the finger: a button says that there is news
  function question() {
    if (!zone.dataset.live || document.hidden) { return; }
    if (changed) { look(); return; }
    fetch(zone.dataset.live, { cache: "no-store", headers: { "If-None-Match": zone.dataset.mark } }).then(function (answer) {
      changed = answer.ok;
      look();
    }).catch(function () { /* out of reach for a moment: asked again soon */ });
  }

  function look() {
    if (changed && window.scrollY < TOP) { show(location.href.split("#")[0]); }
    if (fresh) { fresh.hidden = !changed || window.scrollY < TOP; }
  }

  // the answer to what was typed last counts, whatever comes in between
  function show(address, then) {
    var mine = ++latest;
    fetch(address, { cache: "no-store" }).then(function (answer) {
      return answer.ok && answer.url === address ? answer.text() : null;
    }).then(function (text) {
      if (!text || mine !== latest) { return; }
      put(new DOMParser().parseFromString(text, "text/html"));
      if (then) { then(); }
    }).catch(function () {});
  }
  function put(fresh) {
    var symbols = document.querySelector("svg.sprite");
    fresh.querySelectorAll("svg.sprite symbol").forEach(function (symbol) {
      if (!document.getElementById(symbol.id)) { symbols.appendChild(document.importNode(symbol, true)); }
    });
    PARTS.forEach(function (id) {
      var here = document.getElementById(id), there = fresh.getElementById(id);
      if (here && there && !here.contains(document.activeElement)) {
        here.replaceChildren.apply(here, Array.from(document.importNode(there, true).childNodes));
        if (id === "live-list") { took(there); }
      }
    });
    document.title = fresh.title;
  }
  function took(there) {
    changed = false;
    if (fresh) { fresh.hidden = true; }
    zone.dataset.live = there.dataset.live || "";
    zone.dataset.mark = there.dataset.mark || "";
  }

  // what is typed stands in the address: digits that may become a ticket wait until they are sent (ticket.js)
  function may_stand_there(text) {
    try { return (text.match(new RegExp("\\p{Nd}", "gu")) || []).length <= DIGITS; } catch (error) { return false; }
  }
  function typed() {
    if (!may_stand_there(form.elements.find.value)) { return; }
    var address = new URL(form.dataset.asTyped, location.href);
    new FormData(form).forEach(function (value, name) { if (value) { address.searchParams.append(name, value); } });
    show(address.href, function () { history.replaceState(null, "", address.href); });
  }
  if (form && window.URL && window.FormData) {
    form.addEventListener("input", function () { clearTimeout(pause); pause = setTimeout(typed, PAUSE); });
    form.addEventListener("submit", function () { clearTimeout(pause); latest++; });
  }

  setInterval(question, EVERY);
  question();
}());
