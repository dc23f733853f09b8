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

  // theme: as the system says, unless the reader says otherwise; first.js has set it
  const themes = ['auto', 'light', 'dark'];
  const words = { auto: 'Auto', light: 'Light', dark: 'Dark' };
  let theme = themes.includes(kept('theme')) ? kept('theme') : 'auto';
  const paint = () => (theme === 'auto' ? delete root.dataset.theme : (root.dataset.theme = theme));

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
  const roughly = (millis) => {
    const minutes = Math.floor((Math.max(0, millis / 1000) + 30) / 60);
    if (minutes < 1) return 'less than a minute';
    return minutes < 100 ? `about ${minutes} min` : `about ${Math.floor((minutes + 30) / 60)} h`;
  };
  const say = (element, text) => element.textContent !== text && (element.textContent = text);
  const tick = () => all('[data-since]').forEach((clock) => say(clock, duration(now() - Number(clock.dataset.since))));
  const local = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const age = () => {
    all('main time[title]:not(.due)').forEach((time) => say(time, ago(now() - Date.parse(time.dateTime))));
    all('time.due').forEach((time) => {
      const [left, within] = [Date.parse(time.dateTime), Date.parse(time.dataset.late)].map((at) => roughly(at - now()));
      say(time, `done in ${left}${within === left ? '' : `, usually within ${within.replace('about ', '')}`}`);
      // what was said of it has come to its end: there is more to say
      if (Date.parse(time.dataset.late) < now()) moved(time.closest('[data-live]'));
    });
    all('main time.at').forEach((time) => say(time, local.format(Date.parse(time.dateTime))));
  };

  // the menu of a cell: what it is, and what can be done from there. It opens by pointing, by focus, by a tap; what was
  // tapped or clicked stays open until something else is
  let menu = null;
  let opened = null;
  let pinned = false;
  let closing = 0;
  const close = () => {
    clearTimeout(closing);
    menu?.remove();
    opened?.removeAttribute('aria-expanded');
    menu = opened = null;
    pinned = false;
    settleDeferred();
  };
  const closeSoon = () => {
    clearTimeout(closing);
    closing = setTimeout(() => menu && !pinned && !menu.matches(':hover') && !menu.contains(document.activeElement) && document.activeElement !== opened && close(), 220);
  };
  const open = (cell) => {
    clearTimeout(closing);
    if (opened === cell || !byId('menu')) return;
    close();
    opened = cell;
    cell.setAttribute('aria-expanded', 'true');
    menu = byId('menu').content.firstElementChild.cloneNode(true);
    const { stage, logs, again } = cell.dataset;
    const { attempts, cancel } = cell.closest('.row').dataset;
    menu.setAttribute('aria-label', `Stage ${stage}`);
    menu.querySelector('.menu-says').textContent = cell.getAttribute('aria-label');
    const runAgain = menu.querySelector('.menu-again');
    if (again) {
      runAgain.action = attempts;
      runAgain.elements.from.value = stage;
    } else {
      runAgain.remove();
    }
    const stop = menu.querySelector('.menu-cancel');
    cancel ? (stop.action = cancel) : stop.remove();
    const lines = logs ? logs.split('\n').map((line) => line.split(' ')) : [];
    lines.forEach(([step, look, href]) => {
      const link = document.createElement('a');
      link.href = href;
      link.textContent = lines.length === 1 ? 'Log' : `Log of ${step}${look === 'passed' ? '' : `, ${look}`}`;
      menu.querySelector('.menu-logs').append(link, ' ');
    });
    menu.querySelector('.menu-more').href = cell.href;
    cell.after(menu);
    menu.showPopover?.();
    put();
  };
  // beside its cell, also when the page is scrolled under it, as it is for a cell that the keyboard has just reached
  const put = () => {
    const place = opened.getBoundingClientRect();
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
    if (cell && !(pinned && menu.contains(document.activeElement))) pointing = setTimeout(() => open(cell), opened ? 60 : 160);
    else if (menu?.contains(event.target)) clearTimeout(closing);
    else if (menu) closeSoon();
  });
  document.addEventListener('pointerdown', (event) => menu && !menu.contains(event.target) && cellOf(event) !== opened && close());
  document.addEventListener('click', (event) => {
    const cell = cellOf(event);
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || !byId('menu')) return;
    const keyboard = event.detail === 0;
    if (opened === cell && pinned && !keyboard) return; // the second one goes there
    event.preventDefault();
    clearTimeout(pointing);
    open(cell);
    pinned = true;
    if (keyboard) menu.querySelector('a, button').focus();
  });
  document.addEventListener('focusin', (event) => {
    const cell = cellOf(event);
    if (cell) rove(cell.closest('.row'), cell);
    if (cell && cell.matches(':focus-visible')) open(cell);
    else if (menu && !menu.contains(event.target) && cell !== opened) close();
  });
  document.addEventListener('scroll', (event) => {
    if (!menu || menu.contains(event.target)) return;
    if (menu.contains(document.activeElement) || document.activeElement === opened) put();
    else close();
  }, true);

  // the keyboard: a row is one stop; the arrows go from cell to cell
  const rove = (row, cell) => {
    const cells = row ? all('.cell', row) : [];
    const stop = cell && cells.includes(cell) ? cell : cells[0];
    cells.forEach((one) => (one.tabIndex = one === stop ? 0 : -1));
  };
  const beside = (row, forward) => {
    let next = row;
    do next = forward ? next.nextElementSibling : next.previousElementSibling; while (next && (!next.matches('.row') || next.hidden));
    return next;
  };
  const arrow = (cell, key) => {
    const row = cell.closest('.row');
    const cells = all('.cell', row).filter((one) => one.checkVisibility());
    const at = cells.indexOf(cell);
    switch (key) {
      case 'ArrowRight': return cells[at + 1];
      case 'ArrowLeft': return cells[at - 1];
      case 'Home': return cells[0];
      case 'End': return cells.at(-1);
      case 'ArrowUp':
      case 'ArrowDown': {
        const other = beside(row, key === 'ArrowDown');
        const theirs = other ? all('.cell', other) : [];
        return theirs.find((one) => one.dataset.stage === cell.dataset.stage) ?? theirs[at];
      }
    }
    return undefined;
  };
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape' && menu) {
      const cell = opened;
      close();
      cell.focus({ preventScroll: true });
      close();
      return;
    }
    if (menu?.contains(event.target) && /^Arrow/.test(event.key)) {
      const items = all('a, button', menu);
      const next = items[items.indexOf(document.activeElement) + (/Down|Right/.test(event.key) ? 1 : -1)];
      next?.focus();
      event.preventDefault();
      return;
    }
    const cell = cellOf(event);
    const next = cell && arrow(cell, event.key);
    if (next) {
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
    if (event.key === '/' && !byId('log') && !event.target.closest('input, textarea, select, [contenteditable]')) {
      event.preventDefault();
      byId('everywhere')?.select();
      byId('everywhere')?.focus();
    }
  });

  // what is pressed in a row happens there; the page stays where it is
  const posting = new Set();
  const refusals = new Map(); // by the id of the row
  const refuse = (id, sentence) => {
    byId(id)?.querySelector('.row-refusal')?.remove();
    refusals.delete(id);
    if (!sentence || !byId(id)) return;
    refusals.set(id, sentence);
    const shown = document.createElement('p');
    shown.className = 'refusal row-refusal';
    shown.setAttribute('role', 'alert');
    const text = document.createElement('span');
    text.textContent = sentence;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = '×';
    button.setAttribute('aria-label', 'Dismiss');
    button.onclick = () => {
      refuse(id, '');
      byId(id)?.querySelector('.number')?.focus({ preventScroll: true });
    };
    shown.append(text, button);
    byId(id).querySelector('.row-head').append(shown);
  };
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    const row = form.closest('.row');
    if (!row || !form.matches('.menu form, .cancel')) return;
    event.preventDefault();
    const { id } = row;
    if (posting.has(id)) return;
    posting.add(id);
    refuse(id, '');
    event.submitter?.setAttribute('aria-disabled', 'true');
    let sentence;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { 'Millrace-Wants': 'row' } });
      sentence = answer.ok ? '' : answer.status === 409 ? await answer.text() : `The server could not do it (${answer.status}). Try again.`;
    } catch {
      sentence = 'The server did not answer. Try again.';
    }
    posting.delete(id);
    event.submitter?.removeAttribute('aria-disabled');
    if (menu?.contains(form)) {
      const cell = opened;
      close();
      byId(cell.id)?.focus({ preventScroll: true });
      close();
    }
    refuse(id, sentence);
    if (!sentence && byId(id)) moved(byId(id));
  });

  // what moved is fetched again, at most every PACE milliseconds for each element, and not while nobody looks; the last
  // word is never lost
  const PACE = 400;
  const CROWD = 4; // so many rows at once are fetched as one
  const pending = new Map(); // by id, for the elements themselves are replaced
  const of = (id) => pending.get(id) || pending.set(id, { last: 0, timer: 0, busy: false, dirty: false }).get(id);
  // somebody is about to use a button or a field in there, or has marked some of its text: not now
  const inUse = (element) => (menu && element.contains(menu) && (menu.matches(':hover') || menu.contains(document.activeElement)))
    || (element.contains(document.activeElement) && document.activeElement.matches('input, .menu *'))
    || (!getSelection().isCollapsed && getSelection().containsNode(element, true));
  const moved = (element) => {
    if (!element?.id) return;
    const state = of(element.id);
    state.dirty = true;
    if (state.busy || state.timer || document.hidden) return;
    state.timer = setTimeout(() => fetchAgain(element.id), Math.max(0, state.last + PACE - Date.now()));
  };
  const begin = (id) => Object.assign(of(id), { last: Date.now(), busy: true, dirty: false });
  const done = (id) => {
    const state = pending.get(id);
    if (!state) return;
    state.busy = false;
    if (state.dirty && byId(id) && !inUse(byId(id))) moved(byId(id));
  };
  const fetchAgain = (id) => {
    const state = of(id);
    const element = byId(id);
    state.timer = 0;
    if (!element) return pending.delete(id);
    if (inUse(element) || !window.htmx || document.hidden) return;
    if (element.matches('.row')) return gather(element);
    if (element.matches('[data-stream]')) return merge(element, []);
    begin(id);
    htmx.trigger(element, 'moved');
  };
  const settleDeferred = () => pending.forEach((state, id) => state.dirty && !state.busy && !state.timer && byId(id) && !inUse(byId(id)) && moved(byId(id)));
  document.addEventListener('selectionchange', () => getSelection().isCollapsed && settleDeferred());

  // rows: each by itself, or as one if there are many
  const gathered = new Set();
  let gathering = 0;
  const gather = (row) => {
    gathered.add(row.id);
    gathering ||= setTimeout(() => {
      gathering = 0;
      const rows = [...gathered].map(byId).filter(Boolean);
      gathered.clear();
      const stream = rows[0]?.closest('[data-stream]');
      if (rows.length > CROWD && stream) merge(stream, rows.map(({ id }) => id));
      else rows.forEach(fetchRow);
    }, 40);
  };
  const parsed = (html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content.firstElementChild;
  };
  const asked = async (address) => {
    const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) throw new Error(String(answer.status));
    return parsed(await answer.text());
  };
  const fetchRow = async ({ id, dataset: { href } }) => {
    begin(id);
    try {
      const fresh = await asked(href);
      if (byId(id)) replaceRow(byId(id), fresh);
    } catch {
      setTimeout(() => byId(id) && moved(byId(id)), 3000);
    }
    done(id);
  };
  const numberOf = (row) => Number(row.dataset.live.split('/')[1]);
  const movingCell = (row) => row.querySelector('.cell.s-running');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let inTransition = false;
  const replaceRow = (old, fresh) => {
    if (inUse(old)) {
      of(old.id).dirty = true;
      return;
    }
    if (fresh.hidden) {
      leave(old);
      return;
    }
    const swap = () => {
      if (!old.isConnected) return;
      const focused = old.contains(document.activeElement) ? document.activeElement.id || '.' : '';
      const visibly = focused && document.activeElement.matches(':focus-visible');
      const menuOf = opened && old.contains(opened) ? opened.id : '';
      const stays = pinned;
      if (menuOf) {
        menu.remove();
        menu = opened = null;
      }
      const stop = all('.cell', old).find((cell) => cell.tabIndex === 0)?.id;
      const was = looks(old);
      old.replaceWith(fresh);
      htmx.process(fresh);
      rove(fresh, byId(stop));
      was.forEach((state, id) => byId(id) && byId(id).dataset.state !== state && byId(id).classList.add('just'));
      if (refusals.has(fresh.id)) refuse(fresh.id, refusals.get(fresh.id));
      if (focused) (document.getElementById(focused) ?? fresh.querySelector('.number')).focus({ preventScroll: true, focusVisible: visibly });
      if (menuOf && byId(menuOf)) {
        open(byId(menuOf));
        pinned = stays;
      }
      tick();
      age();
    };
    const [from, to] = [movingCell(old), movingCell(fresh)];
    const onScreen = old.getBoundingClientRect().bottom > 0 && old.getBoundingClientRect().top < innerHeight;
    if (from && to && from.id !== to.id && onScreen && !inTransition && !calm.matches && document.startViewTransition) {
      inTransition = true;
      from.style.viewTransitionName = 'flowing';
      document.startViewTransition(() => {
        swap();
        to.style.viewTransitionName = 'flowing';
      }).finished.finally(() => {
        to.style.viewTransitionName = '';
        inTransition = false;
      });
    } else {
      swap();
    }
  };

  // a stream: what comes gets its place, what the filter wants no more goes
  const rowsOf = (stream) => all('.row', stream);
  const olderLink = (stream) => stream.querySelector('.older > a');
  const knownFrom = (stream) => (olderLink(stream) ? Number(new URL(olderLink(stream).getAttribute('href'), location).searchParams.get('before')) : 1);
  const MOST = 300;
  const count = (stream) => {
    const words = stream.querySelector('.found-words');
    const many = rowsOf(stream).length;
    const kind = many === 1 ? stream.dataset.one : stream.dataset.many;
    if (words && stream.dataset.head === 'yes') say(words, olderLink(stream) ? `The newest ${many} ${kind}` : `${many || 'No'} ${kind}`);
  };
  const leave = (row) => {
    const stream = row.closest('[data-stream]');
    if (row.contains(document.activeElement)) (beside(row, true) ?? beside(row, false))?.querySelector('.number').focus({ preventScroll: true });
    if (menu && row.contains(menu)) close();
    unmatched.add(row.dataset.live);
    row.remove();
    if (stream) count(stream);
    if (stream && !rowsOf(stream).length) moved(stream);
  };
  const insert = (stream, row) => {
    const list = stream.querySelector('.stream');
    const place = rowsOf(stream).find((other) => numberOf(other) < numberOf(row)) ?? list.querySelector('.older');
    list.querySelector('.none')?.remove();
    unmatched.delete(row.dataset.live);
    row.classList.add('new');
    list.insertBefore(row, place ?? null);
    htmx.process(row);
    rove(row);
    count(stream);
    // a page that is left open does not grow for ever
    if (rowsOf(stream).length > MOST + 30 && scrollY < innerHeight) htmx.trigger(stream, 'moved');
  };
  const merge = async (stream, wanted, rows = Math.max(30, rowsOf(stream).length)) => {
    const { id } = stream;
    const address = new URL(stream.getAttribute('hx-get'), location);
    address.searchParams.set('rows', Math.min(MOST, rows));
    [id, ...wanted].forEach(begin);
    const renewed = [];
    try {
      const fresh = await asked(address);
      const now = byId(id);
      if (!now || now.getAttribute('hx-get') !== stream.getAttribute('hx-get')) return; // another filter has come
      const from = knownFrom(fresh);
      const theirs = new Map(rowsOf(fresh).map((row) => [row.id, row]));
      rowsOf(now).forEach((row) => {
        if (!theirs.has(row.id) && numberOf(row) >= from && !inUse(row)) leave(row);
      });
      theirs.forEach((row, rowId) => {
        const there = byId(rowId);
        if (!there) insert(now, row);
        else if (wanted.includes(rowId) || there.dataset.moving) replaceRow(there, row);
        renewed.push(rowId);
      });
      now.dataset.newest = fresh.dataset.newest;
      if (rowsOf(now).length <= theirs.size) {
        const [mine, its] = [now, fresh].map((one) => one.querySelector('.older'));
        if (mine && its) mine.replaceWith(its);
        else if (its) now.querySelector('.stream').append(its);
        else mine?.remove();
        if (its) htmx.process(its);
        const none = fresh.querySelector('.none');
        if (none && !now.querySelector('.none')) now.querySelector('.stream').append(none);
        const words = [now, fresh].map((one) => one.querySelector('.found-words'));
        if (words[0] && words[1]) say(words[0], words[1].textContent);
      }
      tick();
      age();
    } catch {
      setTimeout(() => byId(id) && moved(byId(id)), 3000);
    } finally {
      [id, ...wanted].forEach(done);
      wanted.filter((one) => !renewed.includes(one) && byId(one)).forEach((one) => fetchRow(byId(one)));
    }
  };

  // arrivals: a change that the page does not show, because it is new or because the filter did not want it
  const unmatched = new Set(); // `shop/42`
  const coming = new Map(); // numbers by the id of the stream
  const arrives = (stream, number, what) => {
    // what is empty is no attribute
    const { dataset: { stream: pipeline, head, query = '', changes }, id } = stream;
    const locator = `${pipeline}/${number}`;
    const before = Number(new URL(stream.getAttribute('hx-get'), location).searchParams.get('before'));
    if (byId(`row-${pipeline}-${number}`) || number < knownFrom(stream) || (head !== 'yes' && number >= before)) return;
    // a name or a subject never changes, so only another state makes a difference
    if (query && unmatched.has(locator) && !what.startsWith('change.')) return;
    if (!coming.has(id)) {
      coming.set(id, new Set());
      setTimeout(async () => {
        const numbers = [...coming.get(id)];
        coming.delete(id);
        if (!byId(id)) return;
        if (document.hidden || numbers.length > CROWD) return moved(byId(id));
        for (const one of numbers) {
          try {
            const row = await asked(`${changes}/${one}/row${query}`);
            const now = byId(id);
            if (!now || (now.dataset.query ?? '') !== query) continue;
            // it was asked for twice since it moved meanwhile; which answer is the newer one is not known
            if (byId(row.id)) moved(byId(row.id));
            else if (row.hidden) unmatched.add(row.dataset.live);
            else insert(now, row);
          } catch {
            setTimeout(() => byId(id) && moved(byId(id)), 3000);
          }
        }
      }, of(id).last + PACE > Date.now() ? PACE : 0);
      of(id).last = Date.now();
    }
    coming.get(id).add(number);
  };

  const looks = (element) => new Map(all('[data-state][id]', element).map((cell) => [cell.id, cell.dataset.state]));
  let before = new Map();
  let filtered = null;
  let reopen = null;
  document.addEventListener('htmx:beforeSwap', (event) => {
    const target = event.detail.target;
    if (!target.matches?.('[data-live], [data-stream]')) return;
    if (event.detail.xhr.status !== 200) return;
    // what was asked before the filter was changed is not wanted any more
    if (target.matches('[data-stream]') && event.detail.requestConfig.elt === target && target.getAttribute('hx-get') !== event.detail.pathInfo.requestPath) {
      event.detail.shouldSwap = false;
      return;
    }
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
    all('.row').forEach((row) => row.querySelector('.cell[tabindex="0"]') || rove(row));
    const stream = document.querySelector('[data-stream]');
    if (stream && stream.dataset.address !== filtered) {
      filtered = stream.dataset.address;
      unmatched.clear();
      history.replaceState(null, '', filtered);
    }
    tick();
    age();
  });
  document.addEventListener('htmx:afterRequest', (event) => {
    // what has replaced itself is gone, so htmx names its parent as the element; its target is still the right one
    done(event.detail.target?.id);
  });

  // older ones that do not come say so, and can be asked again
  ['htmx:responseError', 'htmx:sendError', 'htmx:timeout'].forEach((name) => document.addEventListener(name, ({ target }) => {
    const trouble = target.closest?.('.older')?.querySelector('.older-trouble');
    if (!trouble) return;
    trouble.hidden = false;
    trouble.querySelector('button').onclick = () => {
      trouble.hidden = true;
      htmx.trigger(target, 'click');
    };
  }));

  const refreshAll = () => all('[data-live]:not(.row), .row[data-moving="yes"], [data-stream][data-head="yes"]').forEach(moved);
  const heard = ({ pipeline, change, what }) => {
    if (what?.startsWith('pipeline.') && document.querySelector('.flow') && !menu) return location.reload();
    all('[data-live]').forEach(({ dataset: { live } }, at, elements) => {
      if (live === '*' || live === pipeline || live === `${pipeline}/${change}`) moved(elements[at]);
    });
    all('[data-stream]').forEach((stream) => stream.dataset.stream === pipeline && change && arrives(stream, change, what ?? ''));
  };

  // what the server says of itself: its trouble, and what it makes pages of now. A page of another version is loaded again,
  // once, and only if nothing has been typed into it
  const typed = () => all('input:not([type="hidden"]), textarea').some((field) => (field.type === 'checkbox' ? field.checked !== field.defaultChecked : field.value !== field.defaultValue));
  const told = (server) => {
    const banner = byId('trouble');
    if (banner) {
      say(banner.querySelector('span'), server.trouble);
      banner.hidden = !server.trouble;
    }
    const { version } = server;
    if (version === root.dataset.version || typed() || menu) return;
    try {
      if (sessionStorage.getItem('version') === version) return;
      sessionStorage.setItem('version', version);
    } catch {
      return;
    }
    location.reload();
  };

  // one stream of events while the page is seen. In the background there is none, because browsers allow a server only
  // six connections over all tabs, and nothing is fetched; what was missed is told when the page is seen again
  let source = null;
  let broken = false;
  let heardLast = '';
  const connect = () => {
    if (source || !root.dataset.events || document.hidden) return;
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
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(connect, 3000);
      }
    };
    source.onmessage = (event) => {
      heardLast = event.lastEventId;
      heard(JSON.parse(event.data));
    };
    source.addEventListener('server', (event) => told(JSON.parse(event.data)));
    // so much has moved, or so long ago, that the server does not tell it one by one
    source.addEventListener('reset', (event) => {
      heardLast = event.lastEventId;
      refreshAll();
    });
  };
  const disconnect = () => {
    source?.close();
    source = null;
  };
  const seen = () => {
    if (document.hidden) {
      disconnect();
    } else {
      settleDeferred();
      if (!source) {
        broken = true;
        connect();
      }
    }
  };

  // back at the same place: as many rows as there were, and where one was in them
  const remember = () => {
    const stream = document.querySelector('[data-stream]');
    if (stream) history.replaceState({ rows: rowsOf(stream).length, y: scrollY, address: stream.dataset.address }, '');
  };
  const comeBack = async () => {
    const stream = document.querySelector('[data-stream]');
    const { rows, y, address } = history.state ?? {};
    if (!stream || !rows || address !== stream.dataset.address || rows <= rowsOf(stream).length || !window.htmx) return;
    history.scrollRestoration = 'manual';
    await merge(stream, [], rows);
    scrollTo({ top: y, behavior: 'instant' });
    history.scrollRestoration = 'auto';
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
    all('.row').forEach((row) => rove(row));
    all('.filter-go').forEach((go) => (go.hidden = true));
    filtered = document.querySelector('[data-stream]')?.dataset.address;
    comeBack();
    tick();
    age();
    setInterval(tick, 1000);
    setInterval(age, 30000);
    connect();
    document.addEventListener('visibilitychange', seen);
    addEventListener('pagehide', () => {
      remember();
      disconnect();
    });
    addEventListener('pageshow', (event) => event.persisted && seen());
  });
})();
