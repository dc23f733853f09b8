// Makes pages live: refetches what moved, counts running time, shows what can be done with a stage.
// Every page can be read and used without it.
(() => {
  'use strict';
  const root = document.documentElement;
  const kept = (name, value) => {
    try {
      return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value);
    } catch {
      return null; // storage may be forbidden; then nothing is remembered
    }
  };

  // theme: as the system says, unless the reader says otherwise; set before anything is painted
  const themes = ['auto', 'light', 'dark'];
  const words = { auto: 'Auto', light: 'Light', dark: 'Dark' };
  let theme = themes.includes(kept('theme')) ? kept('theme') : 'auto';
  const paint = () => (theme === 'auto' ? delete root.dataset.theme : (root.dataset.theme = theme));
  paint();

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // clocks, in the server's time and in its words
  const offset = Number(root.dataset.now || Date.now()) - Date.now();
  const now = () => Date.now() + offset;
  const two = (number) => String(number).padStart(2, '0');
  const duration = (millis) => {
    const s = Math.max(0, Math.floor(millis / 1000));
    if (s < 60) return `${s}s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor(s / 60) % 60)}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}h`;
  };
  const ago = (millis) => {
    const s = Math.floor(millis / 1000);
    if (s < 45) return 'just now';
    if (s < 3600) return `${Math.max(1, Math.floor((s + 30) / 60))} min ago`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
    return s < 172800 ? 'yesterday' : `${Math.floor(s / 86400)} days ago`;
  };
  const say = (element, text) => element.textContent !== text && (element.textContent = text);
  const tick = () => all('[data-since]').forEach((clock) => say(clock, duration(now() - Number(clock.dataset.since))));
  const local = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const age = () => {
    all('main time[title]').forEach((time) => say(time, ago(now() - Date.parse(time.dateTime))));
    all('main time.at').forEach((time) => say(time, local.format(Date.parse(time.dateTime))));
  };

  // the menu of a cell: what it is, and what can be done from there
  let menu = null;
  let opened = null;
  let closing = 0;
  const close = () => {
    clearTimeout(closing);
    menu?.remove();
    menu = opened = null;
    settleDeferred();
  };
  const closeSoon = () => {
    clearTimeout(closing);
    closing = setTimeout(() => menu && !menu.matches(':hover') && !menu.contains(document.activeElement) && document.activeElement !== opened && close(), 220);
  };
  const open = (cell) => {
    clearTimeout(closing);
    if (opened === cell || !byId('menu')) return;
    close();
    opened = cell;
    menu = byId('menu').content.firstElementChild.cloneNode(true);
    const { stage, log, again } = cell.dataset;
    menu.setAttribute('aria-label', `Stage ${stage}`);
    menu.querySelector('.menu-says').textContent = cell.getAttribute('aria-label');
    const form = menu.querySelector('form');
    if (again) {
      form.action = cell.closest('.row').dataset.attempts;
      form.elements.from.value = stage;
    } else {
      form.remove();
    }
    const link = menu.querySelector('.menu-log');
    log ? (link.href = log) : link.remove();
    menu.querySelector('.menu-more').href = cell.href;
    cell.after(menu);
    menu.showPopover?.();
    const place = cell.getBoundingClientRect();
    const size = menu.getBoundingClientRect();
    const below = place.bottom + 6 + size.height < innerHeight;
    menu.style.left = `${Math.max(12, Math.min(place.left, innerWidth - size.width - 12))}px`;
    menu.style.top = `${below ? place.bottom + 6 : Math.max(12, place.top - size.height - 6)}px`;
  };
  const cellOf = (event) => event.target.closest?.('.cell');
  let pointing = 0;
  document.addEventListener('pointerover', (event) => {
    clearTimeout(pointing);
    if (event.pointerType === 'touch') return;
    const cell = cellOf(event);
    if (cell) pointing = setTimeout(() => open(cell), opened ? 60 : 160);
    else if (menu?.contains(event.target)) clearTimeout(closing);
    else if (menu) closeSoon();
  });
  document.addEventListener('focusin', (event) => {
    const cell = cellOf(event);
    if (cell && cell.matches(':focus-visible')) open(cell);
    else if (menu && !menu.contains(event.target)) close();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu) {
      const cell = opened;
      close();
      cell.focus({ preventScroll: true });
      close();
    }
  });
  document.addEventListener('scroll', (event) => menu && !menu.contains(event.target) && !menu.contains(document.activeElement) && close(), true);

  // what moved is fetched again, at most every PACE milliseconds for each element; the last word is never lost
  const PACE = 400;
  const pending = new Map(); // by id, for the elements themselves are replaced
  const of = (id) => pending.get(id) || pending.set(id, { last: 0, timer: 0, busy: false, dirty: false }).get(id);
  // somebody is about to use a button or a field in there: not now
  const inUse = (element) => (menu && element.contains(menu) && (menu.matches(':hover') || menu.contains(document.activeElement)))
    || (element.contains(document.activeElement) && document.activeElement.matches('input, .menu *'));
  const moved = (element) => {
    if (!element.id) return;
    const state = of(element.id);
    state.dirty = true;
    if (state.busy || state.timer) return;
    state.timer = setTimeout(() => fetchAgain(element.id), Math.max(0, state.last + PACE - Date.now()));
  };
  const fetchAgain = (id) => {
    const state = of(id);
    const element = byId(id);
    state.timer = 0;
    if (!element) return pending.delete(id);
    if (inUse(element) || !window.htmx) return;
    state.last = Date.now();
    state.busy = true;
    state.dirty = false;
    htmx.trigger(element, 'moved');
  };
  const settleDeferred = () => pending.forEach((state, id) => state.dirty && !state.busy && !state.timer && byId(id) && moved(byId(id)));

  const looks = (element) => new Map(all('[data-state][id]', element).map((cell) => [cell.id, cell.dataset.state]));
  let before = new Map();
  let reopen = null;
  document.addEventListener('htmx:beforeSwap', (event) => {
    const target = event.detail.target;
    if (!target.matches?.('[data-live], [data-stream]')) return;
    if (event.detail.xhr.status !== 200) return;
    if (inUse(target)) {
      event.detail.shouldSwap = false;
      of(target.id).dirty = true;
      return;
    }
    looks(target).forEach((state, id) => before.set(id, state));
    reopen = opened && target.contains(opened) ? opened.id : null;
    if (reopen) {
      menu.remove();
      menu = opened = null;
    }
  });
  document.addEventListener('htmx:afterSettle', () => {
    before.forEach((state, id) => {
      const cell = byId(id);
      if (cell && cell.dataset.state !== state) cell.classList.add('just');
    });
    before = new Map();
    if (reopen && byId(reopen)) open(byId(reopen));
    reopen = null;
    tick();
    age();
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    // what has replaced itself is gone, so htmx names its parent as the element; its target is still the right one
    const { id } = event.detail.target ?? {};
    const state = pending.get(id);
    if (!state) return;
    state.busy = false;
    if (state.dirty && byId(id)) moved(byId(id));
  });

  const refreshAll = () => all('[data-live], [data-stream][data-head="yes"]').forEach(moved);
  const arrives = (stream, number) => {
    if (stream.dataset.head !== 'yes' || number <= Number(stream.dataset.newest)) return;
    stream.dataset.newest = number;
    if (stream.querySelector('.none')) return moved(stream);
    htmx.ajax('GET', `${stream.dataset.changes}/${number}/row`, { target: stream, swap: 'afterbegin' })
      .then(() => stream.firstElementChild?.classList.add('new'));
  };
  const heard = ({ pipeline, change, what }) => {
    if (what?.startsWith('pipeline.') && document.querySelector('.flow') && !menu) return location.reload();
    all('[data-live]').forEach(({ dataset: { live } }, at, elements) => {
      if (live === '*' || live === pipeline || live === `${pipeline}/${change}`) moved(elements[at]);
    });
    all('[data-stream]').forEach((stream) => stream.dataset.stream === pipeline && change && arrives(stream, change));
  };

  // one stream of events while the page is seen; a page in the background looks now and then, because browsers allow a
  // server only six connections over all tabs
  let source = null;
  let broken = false;
  let heardLast = '';
  const connect = () => {
    if (source || !root.dataset.events) return;
    const from = new URL(root.dataset.events, location);
    if (heardLast) from.searchParams.set('after', heardLast);
    source = new EventSource(from);
    source.onopen = () => {
      byId('connection').hidden = true;
      if (broken) refreshAll();
      broken = false;
    };
    source.onerror = () => {
      broken = true;
      byId('connection').hidden = false;
      if (source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(connect, 3000);
      }
    };
    source.onmessage = (event) => {
      heardLast = event.lastEventId;
      heard(JSON.parse(event.data));
    };
  };
  const disconnect = () => {
    source?.close();
    source = null;
  };
  let background = 0;
  const seen = () => {
    clearInterval(background);
    if (document.hidden) {
      disconnect();
      background = setInterval(() => document.querySelector('[data-since]') && refreshAll(), 15000);
    } else if (!source) {
      broken = true;
      connect();
    }
  };

  // a log that grows: stay at its end unless the reader scrolls up
  const log = () => {
    const lines = byId('log');
    if (!lines) return;
    const toggle = (id, name) => {
      const button = byId(id);
      const set = (on) => {
        button.setAttribute('aria-pressed', on);
        lines.classList.toggle(name, on);
      };
      button.hidden = false;
      set(kept(`log.${id}`) === null ? button.getAttribute('aria-pressed') === 'true' : kept(`log.${id}`) === 'true');
      button.onclick = () => {
        const on = button.getAttribute('aria-pressed') !== 'true';
        kept(`log.${id}`, on);
        set(on);
      };
    };
    toggle('times', 'timed');
    toggle('wrap', 'wrap');
    const follow = byId('follow');
    if (!byId('log-next')) return;
    let following = !location.hash;
    const end = () => window.scrollTo({ top: root.scrollHeight, behavior: 'instant' });
    const show = () => follow.setAttribute('aria-pressed', following);
    follow.hidden = false;
    show();
    if (following) end();
    follow.onclick = () => {
      following = !following;
      show();
      if (following) end();
    };
    const byHand = () => {
      const away = root.scrollHeight - innerHeight - scrollY > 60;
      if (following === away) {
        following = !away;
        show();
      }
    };
    addEventListener('wheel', () => requestAnimationFrame(byHand), { passive: true });
    addEventListener('touchmove', byHand, { passive: true });
    addEventListener('keyup', (event) => /^(Page|Arrow|Home|End)/.test(event.key) && byHand());
    document.addEventListener('htmx:afterSettle', ({ target }) => {
      // what stands above the lines still says that the step runs
      if (target.matches('.log-end')) htmx.trigger(byId('log-top'), 'ended');
      const [first, last] = [lines.querySelector('.line-number'), all('.line-number', lines).at(-1)].map((number) => number?.textContent);
      if (last) say(byId('log-window'), `${first === '1' ? '' : `${first} to `}${last} ${last === '1' ? 'line' : 'lines'}`);
      if (following) end();
    });
  };

  document.addEventListener('DOMContentLoaded', () => {
    const button = byId('theme');
    const name = () => {
      say(byId('theme-word'), words[theme]);
      button.setAttribute('aria-label', `Theme: ${words[theme]}. Change it.`);
    };
    button.hidden = false;
    name();
    button.onclick = () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      kept('theme', theme);
      paint();
      name();
    };
    document.querySelector('.refusal')?.focus();
    tick();
    age();
    setInterval(tick, 1000);
    setInterval(age, 30000);
    log();
    connect();
    document.addEventListener('visibilitychange', seen);
    addEventListener('pagehide', disconnect);
    addEventListener('pageshow', (event) => event.persisted && seen());
  });
})();
