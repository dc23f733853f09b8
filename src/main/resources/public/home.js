// Finds pipelines while one types. Without it, the field is a form.
(() => {
  'use strict';
  const filter = () => {
    const field = document.getElementById('find');
    if (!field) return;
    const wanted = field.value.trim().toLowerCase();
    const cards = [...document.querySelectorAll('.card')];
    cards.forEach((card) => { card.hidden = !card.dataset.names.toLowerCase().split(' ').some((name) => name.includes(wanted)); });
    const left = cards.filter((card) => !card.hidden).length;
    document.getElementById('no-match').hidden = left > 0;
    const text = wanted ? `${left} of ${cards.length} pipelines` : `${cards.length} ${cards.length === 1 ? 'pipeline' : 'pipelines'}`;
    const shown = document.getElementById('shown');
    if (shown.textContent !== text) shown.textContent = text;
  };
  document.addEventListener('DOMContentLoaded', () => {
    const field = document.getElementById('find');
    if (!field) return;
    field.addEventListener('input', () => {
      const at = new URL(location);
      field.value.trim() ? at.searchParams.set('find', field.value.trim()) : at.searchParams.delete('find');
      history.replaceState(null, '', at);
      filter();
    });
    field.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const first = document.querySelector('.card:not([hidden]) h2 a');
      if (first && field.value.trim()) first.focus();
    });
    filter();
  });
  document.addEventListener('htmx:afterSettle', filter);
})();
