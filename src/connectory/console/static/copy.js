// Buttons that copy the text of another element; without this script the text is there to select.
(function () {
  "use strict";

  function select(element) {
    var range = document.createRange(), selection = window.getSelection();
    range.selectNodeContents(element);
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function tell(button, text) {
    var before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = text;
    window.setTimeout(function () { button.textContent = before; }, 2000);
  }

  function copy(button) {
    var source = document.getElementById(button.dataset.copy);
    if (!source) return;
    var done = function () { tell(button, "Copied"); };
    // the clipboard is for secure origins only; elsewhere the text is selected, ready for Ctrl+C
    var otherwise = function () { select(source); tell(button, "Selected"); };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(source.textContent).then(done, otherwise);
    } else {
      otherwise();
    }
  }

  document.documentElement.classList.add("scripted");
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-copy]") : null;
    if (button) copy(button);
  });
})();
