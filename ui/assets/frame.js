// Streamlit's drawer of pages covers most of a narrow page and stays open after a choice, but for
// browsers that call themselves mobile. A press beside it closes it.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
  const beside = document.querySelector('[data-testid="stMain"]');
  beside?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
});

// A figure can be reached with the keyboard, which tells its words to those who listen.
new MutationObserver(() => {
  const figures = document.querySelectorAll('[role="figure"]:not([tabindex])');
  for (const figure of figures) figure.tabIndex = 0;
}).observe(document, { childList: true, subtree: true });
