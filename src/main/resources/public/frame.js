// What stands around a page: the tab it is in, its forms, and what it says of itself when the server does not answer.
(() => {
  'use strict';
  // the tab says what the page shows, also when a part of it has been fetched again
  document.addEventListener('htmx:afterSettle', () => {
    const titled = document.querySelector('[data-title]');
    if (titled) document.title = titled.dataset.title;
    const shown = document.querySelector('[data-icon]');
    const icon = document.querySelector('link[rel="icon"]');
    if (shown && icon.getAttribute('href') !== shown.dataset.icon) icon.href = shown.dataset.icon;
  });

  // a second click on a slow network asks for nothing twice
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    event.submitter?.setAttribute('aria-disabled', 'true');
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-disabled]').forEach((button) => button.removeAttribute('aria-disabled'));
  }));

  // what could not be fetched, by its address, and how to ask for it again
  const AGAIN = 5000;
  const missed = new Map();
  let timer = 0;
  const tell = (sentence, waits) => {
    const region = document.getElementById('notices');
    const text = waits ? `${sentence} It is tried again every few seconds; until then what you see may be old.` : sentence;
    if (region.querySelector('p')?.textContent === text) return;
    const notice = document.getElementById('notice').content.firstElementChild.cloneNode(true);
    notice.querySelector('p').textContent = text;
    const [again, close] = notice.querySelectorAll('button');
    again.onclick = askAgain;
    close.onclick = () => {
      missed.clear();
      quiet();
    };
    region.replaceChildren(notice);
  };
  const quiet = () => {
    clearTimeout(timer);
    timer = 0;
    document.getElementById('notices').replaceChildren();
  };
  const askAgain = () => {
    clearTimeout(timer);
    timer = 0;
    [...missed].forEach(([path, ask]) => ask() || missed.delete(path));
    if (missed.size === 0) quiet();
  };
  const failed = ({ detail }, sentence, waits) => {
    const { path, verb } = detail.requestConfig;
    // what says in its own place that it did not come, and can be asked for again there, is not said twice
    if (detail.elt.closest('[data-says-itself]')) return;
    const { id } = detail.target ?? {};
    const source = detail.elt;
    missed.set(path, () => {
      // what is fetched by itself may have been replaced meanwhile; its id stays
      const element = source.isConnected ? source : id && document.getElementById(id);
      if (!element) return false;
      htmx.ajax(verb.toUpperCase(), path, { source: element });
      return true;
    });
    tell(sentence, waits);
    if (waits && !timer) timer = setTimeout(askAgain, AGAIN);
  };
  // our pages say in one sentence what went wrong, also to who asked for a part of one only
  const sentence = (answer) => new DOMParser().parseFromString(answer, 'text/html').querySelector('[data-says]')?.dataset.says;
  document.addEventListener('htmx:sendError', (event) => failed(event, 'The server does not answer.', true));
  document.addEventListener('htmx:timeout', (event) => failed(event, 'The server takes very long to answer.', true));
  document.addEventListener('htmx:responseError', (event) => {
    const { status, responseText } = event.detail.xhr;
    failed(event, sentence(responseText) ?? `The server answered with an error, ${status}.`, status >= 500);
  });
  document.addEventListener('htmx:afterOnLoad', ({ detail }) => {
    if (detail.successful && missed.delete(detail.requestConfig.path) && missed.size === 0) quiet();
  });
})();
