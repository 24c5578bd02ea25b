// Puts a button above each sample that copies it; the page is whole without.
for (const figure of document.querySelectorAll("figure")) {
  const button = document.createElement("button");
  const code = figure.querySelector("code");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    // Selected as well: what browsers keep from pages without TLS can then be copied by hand.
    getSelection().selectAllChildren(code);
    let isDone = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      isDone = true;
    } catch {
      isDone = document.execCommand("copy");
    }
    button.textContent = isDone ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("done", isDone);
    setTimeout(() => { button.textContent = "Copy"; button.classList.remove("done"); }, 2000);
  });
  figure.querySelector("figcaption").append(button);
}
