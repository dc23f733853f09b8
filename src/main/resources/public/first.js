// What must be known before anything is painted; all else waits until the page is there.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('scripted');
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  } catch {
    // storage may be forbidden; then it is as the system says
  }
})();
