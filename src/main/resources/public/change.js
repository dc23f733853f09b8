// What the page of a change does besides being live: it copies ids, and keeps open what the reader opened.
// Everything on it can be read and used without this.
(() => {
  'use strict';

  const byHand = (text) => {
    const field = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    field.style.position = 'fixed';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  };
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text); // only where the page came over a safe connection
      return true;
    } catch {
      return byHand(text);
    }
  };
  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('.copy');
    if (!button) return;
    const word = button.firstChild;
    const before = word.textContent;
    word.textContent = (await copied(button.dataset.copy)) ? 'Copied' : 'Not allowed';
    button.focus();
    setTimeout(() => (word.textContent = before), 1500);
  });

  // what moves is replaced as a whole: what was opened or closed by hand is so again
  const chosen = new Map();
  document.addEventListener('click', (event) => {
    const details = event.target.closest?.('summary')?.parentElement;
    if (details?.id) chosen.set(details.id, !details.open);
  });
  document.addEventListener('htmx:afterSwap', () => chosen.forEach((open, id) => {
    const details = document.getElementById(id);
    if (details) details.open = open;
  }));

  // an address that names a stage opens it
  const arrive = () => {
    const details = document.querySelector(`#${CSS.escape(decodeURIComponent(location.hash.slice(1)) || 'main')} > details`);
    if (details) details.open = true;
  };
  addEventListener('hashchange', arrive);
  document.addEventListener('DOMContentLoaded', arrive);
})();
