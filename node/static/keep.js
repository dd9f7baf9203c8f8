/* Words that somebody typed outlive a lost connection. A form is sent only when the node answers; until then its page
   stays, says so and tries again. What is typed where many words are asked for is kept in this tab, for this page. */
"use strict";
(function () {
  var AGAIN = 2000, PATIENCE = 5000, NAME = "typed";
  var lost = document.getElementById("lost");
  var sending = null, pressed = null;

  function reach() {
    var stop = window.AbortController && new AbortController();
    if (stop) { setTimeout(function () { stop.abort(); }, PATIENCE); }
    return fetch("/health", stop ? { cache: "no-store", signal: stop.signal } : { cache: "no-store" });
  }
  function send() {
    reach().then(function (answer) {
      if (!answer.ok) { throw new Error("not yet"); }
      lost.hidden = true;
      var form = sending;
      sending = null;
      form.dataset.reached = "1";
      form.requestSubmit(pressed);
      delete form.dataset.reached;
    }).catch(function () {
      lost.hidden = false;
      setTimeout(send, AGAIN);
    });
  }
  // leaving waits for nothing, and forgets at once
  var leaves = "form[action$='/leave']";
  document.querySelectorAll(leaves).forEach(function (form) {
    form.addEventListener("submit", function () {
      try { sessionStorage.removeItem(NAME); } catch (error) { /* nothing was kept */ }
      document.querySelectorAll("input:not([type=hidden]), textarea").forEach(function (field) { field.value = ""; });
    });
  });
  if (lost && window.fetch && HTMLFormElement.prototype.requestSubmit) {
    document.querySelectorAll("form[method=post]:not(" + leaves + ")").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        if (form.dataset.reached || event.submitter === undefined) { return; }
        event.preventDefault();
        event.stopImmediatePropagation();
        var waits = sending !== null;
        sending = form;
        pressed = event.submitter;
        if (!waits) { send(); }
      });
    });
  }

  // one page's words, until another page opens; ticket boxes are no such form
  function fields() {
    var form = document.querySelector("form[data-typed]");
    return form ? Array.from(form.querySelectorAll("textarea, input[type=text]")) : [];
  }
  function keep() {
    var typed = fields().map(function (field) { return [field.name, field.value]; });
    sessionStorage.setItem(NAME, JSON.stringify({ at: location.pathname, typed: typed }));
  }
  try {
    var held = JSON.parse(sessionStorage.getItem(NAME) || "null");
    sessionStorage.removeItem(NAME);
    if (held && held.at === location.pathname) {
      fields().forEach(function (field) {
        held.typed.forEach(function (pair) {
          if (pair[0] === field.name && field.value === "") { field.value = pair[1]; }
        });
      });
      if (fields().length) { keep(); }
    }
    fields().forEach(function (field) { field.addEventListener("input", keep); });
  } catch (error) { /* no room, or not allowed: then it is not kept */ }
}());
