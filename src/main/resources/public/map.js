// The map: water flows into what runs, and arrow keys lead left and right along the edges, up and down within a column.
// Without it, Tab reaches every box.
(() => {
  'use strict';
  // An animation of the style sheet would draw the whole map anew sixty times a second.
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let flowed = 0;
  setInterval(() => {
    const edges = document.hidden || still.matches ? null : document.querySelector('.edges:has(.water)');
    flowed = (flowed + 2) % 12;
    edges?.style.setProperty('--flows', -flowed);
  }, 120);
  document.addEventListener('keydown', (event) => {
    const link = event.target.closest?.('.box-link');
    if (!link || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = [...link.closest('.boxes').querySelectorAll('.box-link')];
    const place = (other) => other.closest('.box').getBoundingClientRect();
    const here = place(link);
    const needs = (one, other) => (one.dataset.needs || '').split(' ').includes(other.id);
    const wanted = {
      ArrowRight: all.filter((other) => needs(other, link)),
      ArrowLeft: all.filter((other) => needs(link, other)),
      ArrowDown: all.filter((other) => Math.abs(place(other).left - here.left) < 2 && place(other).top > here.top),
      ArrowUp: all.filter((other) => Math.abs(place(other).left - here.left) < 2 && place(other).top < here.top),
    }[event.key];
    if (!wanted) return;
    const away = (other) => Math.abs(place(other).top - here.top);
    const next = wanted.sort((one, other) => away(one) - away(other))[0];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
