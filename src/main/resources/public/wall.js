// The wall's clock, its drift, and its own renewal; what moves on it is live.js's work.
(() => {
  'use strict';
  const root = document.documentElement;
  const offset = Number(root.dataset.now) - Date.now();
  const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
  const path = [[0, 0], [5, 3], [8, -2], [3, -6], [-4, -7], [-8, -1], [-6, 5], [-1, 8]];
  const minute = () => {
    const now = Date.now() + offset;
    document.getElementById('wall-clock').textContent = time.format(now);
    const [x, y] = path[Math.floor(now / 60000) % path.length];
    root.style.setProperty('--drift-x', `${x}px`);
    root.style.setProperty('--drift-y', `${y}px`);
  };
  const connection = () => root.classList.toggle('lost', !document.getElementById('connection').hidden);
  // another server made what was fetched: it may want other scripts and styles
  const renew = () => document.getElementById('tiles')?.dataset.version !== root.dataset.version && location.reload();
  document.addEventListener('DOMContentLoaded', () => {
    minute();
    setInterval(minute, 5000);
    new MutationObserver(connection).observe(document.getElementById('connection'), { attributes: true });
  });
  document.addEventListener('htmx:afterSettle', renew);
  // whatever happened to the stream of events, nothing on a wall is older than five minutes
  setInterval(() => window.htmx && document.getElementById('tiles') && htmx.trigger('#tiles', 'moved'), 300000);
})();
