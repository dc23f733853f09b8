// The page of a log: of however many lines, some hundred are in the page, and the others are fetched before they are
// needed. The box scrolls by itself over what is there, so lines may have any height; its bar stands for all lines.
// Every line has its number, so what is fetched twice or late does no harm. Without this the page is links and forms.
(() => {
  'use strict';
  const root = document.documentElement;
  const PORTION = 300; // lines asked for at once
  const MOST = 1500; // lines in the page
  const LONG = 30; // a group of more lines begins folded where the step has passed
  const COPIED = 50000; // lines that are copied at most
  const PATIENCE = 30000; // milliseconds until lines that do not come are asked for again; a server that has none says so sooner

  const byId = (id) => document.getElementById(id);
  const kept = (name, value) => {
    try {
      return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value);
    } catch {
      return null; // storage may be forbidden; then nothing is remembered
    }
  };
  const grouped = new Intl.NumberFormat('en');
  const many = (count, one) => `${grouped.format(count)} ${one}${count === 1 ? '' : 's'}`;
  const soon = (millis, signal) => new Promise((done) => {
    const timer = setTimeout(done, millis);
    signal?.addEventListener('abort', () => { clearTimeout(timer); done(); });
  });

  const start = () => {
    const list = byId('log');
    const box = byId('log-scroll');
    const bar = byId('log-bar');
    const thumb = byId('log-thumb');
    const { address, attempt, began } = list.dataset;
    let total = 0;
    let firstError = 0;
    let ended = false;
    let following = false;
    let unseen = 0; // lines that came since the reader left the end
    let epoch = 0; // what was asked for before the reader went elsewhere is thrown away

    const say = (text) => { byId('log-say').textContent = text; };
    const hide = (element, hidden) => { if (element.hidden !== hidden) element.hidden = hidden; };

    // rows
    const numberOf = (row) => Number(row.id.slice(1));
    const isLine = (row) => row && row.id.startsWith('L');
    const firstRow = () => (isLine(list.firstElementChild) ? list.firstElementChild : null);
    const lastRow = () => {
      const last = list.lastElementChild;
      return isLine(last) ? last : isLine(last?.previousElementSibling) ? last.previousElementSibling : null;
    };
    const firstNumber = () => (firstRow() ? numberOf(firstRow()) : 1);
    const lastNumber = () => (lastRow() ? numberOf(lastRow()) : 0);
    const rowOf = (line) => byId(`L${line}`);
    const top = (row) => row.offsetTop;
    // the first row that reaches below a height of the box's content
    const rowAt = (height) => {
      const rows = list.children;
      let low = 0;
      let high = rows.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (top(rows[middle]) + rows[middle].offsetHeight > height) high = middle;
        else low = middle + 1;
      }
      return isLine(rows[low]) ? rows[low] : lastRow();
    };
    const topRow = () => rowAt(box.scrollTop + 1);

    // groups: the last line of each by its first; the lines behind the first of a folded one are not shown
    const groups = new Map();
    const folded = new Set();
    const opened = new Set(); // by hand or because somebody went into it
    let hiddenRanges = [];
    const foldsAtFirst = list.dataset.fold === 'true';
    const endOf = (begin) => groups.get(begin) || Infinity;
    const reckon = () => {
      hiddenRanges = [];
      [...folded].filter((begin) => groups.has(begin)).sort((a, b) => a - b).forEach((begin) => {
        const last = hiddenRanges.at(-1);
        if (last && begin <= last.to) last.to = Math.max(last.to, endOf(begin));
        else if (endOf(begin) > begin) hiddenRanges.push({ from: begin + 1, to: endOf(begin) });
      });
      let sum = 0;
      hiddenRanges.forEach((range) => {
        range.before = sum;
        sum += Math.min(range.to, total) - range.from + 1;
      });
    };
    // the last range that begins at or before the line
    const rangeAt = (line) => {
      let low = 0;
      let high = hiddenRanges.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (hiddenRanges[middle].from <= line) low = middle + 1;
        else high = middle;
      }
      return hiddenRanges[low - 1];
    };
    const hiding = (line) => {
      const range = rangeAt(line);
      return range && line <= range.to ? range : null;
    };
    const shownFrom = (line) => (hiding(line) ? hiding(line).to + 1 : line);
    const shownUpTo = (line) => (hiding(line) ? hiding(line).from - 1 : line);
    // how many shown lines are before a line, and back
    const placeOf = (line) => {
      const range = rangeAt(line);
      return line - 1 - (range ? range.before + Math.min(line, range.to + 1, total + 1) - range.from : 0);
    };
    const shownTotal = () => placeOf(total + 1);
    const lineAt = (place) => {
      let low = 1;
      let high = Math.max(1, total);
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (placeOf(middle) <= place) low = middle;
        else high = middle - 1;
      }
      return shownUpTo(low);
    };
    const learn = (data) => {
      const more = Math.max(total, Number(data.total));
      const news = more - total;
      total = more;
      firstError = Number(data.firstError) || firstError;
      if (data.ended === 'true') ended = true;
      (data.groups || '').split(' ').filter(Boolean).forEach((text) => {
        const [begin, end] = text.split('-').map(Number);
        const isNew = !groups.has(begin);
        groups.set(begin, end || 0);
        const holdsError = firstError > begin && firstError <= endOf(begin);
        if (isNew && foldsAtFirst && end - begin > LONG && !holdsError && !opened.has(begin)) folded.add(begin);
      });
      reckon();
      root.style.setProperty('--digits', String(Math.max(3, String(total).length)));
      hide(byId('first-error'), !firstError);
      if (firstError) byId('first-error').href = `?attempt=${attempt}&lines=${firstError}#L${firstError}`;
      hide(byId('fold-all'), groups.size === 0);
      if (groups.size) byId('fold-all').textContent = folded.size ? 'Unfold all' : 'Fold all';
      if (total > 0 && byId('log-empty')) byId('log-empty').remove();
      return news;
    };

    // times
    const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });
    let times = ['clock', 'began', 'before'].includes(kept('log.times')) ? kept('log.times') : '';
    const lasting = (millis) => {
      if (millis < 60000) return `${(millis / 1000).toFixed(3)}`;
      const minutes = Math.floor(millis / 60000);
      const rest = (Math.floor(millis / 100) % 600) / 10;
      const seconds = `${rest < 10 ? '0' : ''}${rest.toFixed(1)}`;
      return minutes < 60 ? `${minutes}:${seconds}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
    };
    const tell = (row) => {
      const time = row.querySelector('time');
      if (!time || !times) return;
      const at = Date.parse(time.dateTime);
      if (times === 'clock') time.textContent = clock.format(at);
      if (times === 'began') time.textContent = began ? `+${lasting(Math.max(0, at - Number(began)))}` : clock.format(at);
      if (times === 'before') {
        const before = row.previousElementSibling;
        const near = isLine(before) && numberOf(before) === numberOf(row) - 1;
        const gap = near ? at - Date.parse(before.querySelector('time').dateTime) : 0;
        time.textContent = near ? `+${lasting(gap)}` : numberOf(row) === 1 && began ? `+${lasting(Math.max(0, at - Number(began)))}` : '·';
        time.classList.toggle('slow', gap >= 1000);
      } else time.classList.remove('slow');
    };

    // what is picked, and what a row looks like because of it
    let picked = null;
    let here = 0; // the line of the match that was gone to
    const dress = (row) => {
      if (!isLine(row)) return;
      const line = numberOf(row);
      row.classList.toggle('picked', !!picked && line >= picked.first && line <= picked.last);
      row.classList.toggle('here', line === here);
      row.querySelector('.line-number').tabIndex = -1; // j and k mark lines; hundreds of stops would be in the way
      const fold = row.querySelector('.fold');
      if (fold && groups.has(line)) {
        const shut = folded.has(line);
        fold.setAttribute('aria-expanded', String(!shut));
        fold.setAttribute('aria-label', `Group ${row.querySelector('code').textContent}`);
        let text = row.querySelector('.folded');
        if (shut) {
          if (!text) {
            text = document.createElement('span');
            text.className = 'folded';
            row.append(text);
          }
          text.textContent = `… ${many(Math.min(endOf(line), total) - line, 'line')}`;
        } else text?.remove();
      } else if (/^(::endgroup::|##\[endgroup\])$/.test(row.querySelector('code').textContent)) row.classList.add('muted');
      tell(row);
    };
    const dressAll = () => [...list.children].forEach(dress);

    // fetching: again until it works, and saying so
    const trouble = byId('log-trouble');
    let slow = 0;
    const ask = async (path, query, { signal, quiet } = {}) => {
      const search = searching.text ? `&search=${encodeURIComponent(searching.text)}${searching.exact ? '&case=exact' : ''}` : '';
      for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
        const timer = quiet ? 0 : setTimeout(() => { slow += 1; trouble.textContent = trouble.textContent || 'Loading lines…'; }, 600);
        let late = false;
        // a search through all of a log may take longer
        const ends = [signal, path === 'lines' && AbortSignal.timeout(PATIENCE)].filter(Boolean);
        try {
          const answer = await fetch(`${address}/${path}?attempt=${attempt}&${query}${search}`, { signal: AbortSignal.any(ends), cache: 'no-store' });
          const text = await answer.text();
          if (answer.ok || (answer.status >= 400 && answer.status < 500)) {
            trouble.textContent = '';
            return { ok: answer.ok, page: new DOMParser().parseFromString(text, 'text/html') };
          }
          trouble.textContent = answer.status === 503 ? 'The server has stopped. Trying again…' : 'The server has a problem. Trying again…';
        } catch (problem) {
          if (signal?.aborted) throw problem;
          trouble.textContent = 'Connection lost. Trying again…';
          late = true;
        } finally {
          clearTimeout(timer);
        }
        await soon(late && !navigator.onLine ? Math.max(wait, 2000) : wait, signal);
        if (signal?.aborted) throw new DOMException('stopped', 'AbortError');
      }
    };
    const fetchLines = async (query, options) => {
      const { ok, page } = await ask('lines', query, options);
      const piece = page.querySelector('ol.log');
      if (!ok || !piece) throw new Error('no lines');
      const news = learn(piece.dataset);
      const rows = [...piece.children].filter((row) => !isLine(row) || !hiding(numberOf(row)));
      return { rows, news };
    };

    let lastTop = 0; // where we scrolled to; from elsewhere the reader has scrolled
    const scrollTo = (to) => {
      box.scrollTop = to;
      lastTop = box.scrollTop;
    };
    const place = (row) => row.getBoundingClientRect().top; // to a part of a pixel, unlike offsetTop
    const append = (rows) => {
      if (list.lastElementChild && !isLine(list.lastElementChild)) {
        if (!rows.some(isLine)) return;
        list.lastElementChild.remove();
      }
      const known = lastNumber();
      const fresh = rows.filter((row) => !isLine(row) || numberOf(row) > known);
      list.append(...fresh);
      fresh.forEach(dress);
      const surplus = list.children.length - MOST;
      if (surplus > 0) {
        const stays = list.children[surplus];
        const before = place(stays);
        for (let at = 0; at < surplus; at++) list.firstElementChild.remove();
        scrollTo(box.scrollTop + place(stays) - before);
      }
    };
    const prepend = (rows) => {
      const stays = list.firstElementChild;
      const known = firstNumber();
      const fresh = rows.filter((row) => isLine(row) && numberOf(row) < known);
      const before = stays ? place(stays) : 0;
      list.prepend(...fresh);
      fresh.forEach(dress);
      if (stays) {
        if (isLine(stays)) dress(stays);
        scrollTo(box.scrollTop + place(stays) - before);
      }
      while (list.children.length > MOST) list.lastElementChild.remove();
    };
    const replace = (rows) => {
      list.replaceChildren(...rows);
      dressAll();
    };

    // before the reader reaches an end of what is there, more is there
    let busyUp = false;
    let busyDown = false;
    const more = async (up) => {
      if (up ? busyUp : busyDown) return;
      const near = 1.5 * box.clientHeight + 200;
      const query = up
        ? () => {
          const before = shownUpTo(firstNumber() - 1) + 1;
          return before > 1 && firstRow() && box.scrollTop < near ? `before=${before}&count=${PORTION}` : '';
        }
        : () => {
          const from = shownFrom(lastNumber() + 1);
          return from <= total && box.scrollHeight - box.scrollTop - box.clientHeight < near ? `from=${from}&count=${PORTION}` : '';
        };
      const mine = epoch;
      try {
        for (let wanted = query(); wanted; wanted = query()) {
          if (up) busyUp = true;
          else busyDown = true;
          const { rows } = await fetchLines(wanted);
          if (mine !== epoch || !rows.some(isLine)) break;
          if (up) prepend(rows);
          else append(rows);
        }
      } finally {
        if (up) busyUp = false;
        else busyDown = false;
      }
      if (mine !== epoch) more(up);
      else draw();
    };
    const fill = () => {
      more(true);
      more(false);
    };

    // the bar stands for all lines
    const atEnd = () => shownFrom(lastNumber() + 1) > total && box.scrollHeight - box.scrollTop - box.clientHeight < 6;
    const allHere = () => firstNumber() === 1 && shownFrom(lastNumber() + 1) > total;
    const perScreen = () => {
      const row = topRow();
      if (!row) return 1;
      const bottom = rowAt(box.scrollTop + box.clientHeight - 2);
      return Math.max(1, placeOf(numberOf(bottom)) - placeOf(numberOf(row)) + 1);
    };
    const share = () => {
      const row = topRow();
      if (!row) return { from: 0, size: 1 };
      if (allHere()) return { from: box.scrollTop / Math.max(1, box.scrollHeight - box.clientHeight), size: box.clientHeight / box.scrollHeight };
      const screen = perScreen();
      const inside = (box.scrollTop - row.offsetTop) / Math.max(1, row.offsetHeight);
      return { from: atEnd() ? 1 : Math.min(1, (placeOf(numberOf(row)) + inside) / Math.max(1, shownTotal() - screen)), size: screen / Math.max(1, shownTotal()) };
    };
    let held = null;
    const draw = () => {
      const { from, size } = share();
      const height = Math.max(26, Math.min(1, size) * bar.clientHeight);
      const row = topRow();
      const line = row ? numberOf(row) : 0;
      thumb.style.height = `${height}px`;
      if (!held) thumb.style.transform = `translateY(${Math.min(1, from) * (bar.clientHeight - height)}px)`;
      bar.style.visibility = size >= 1 ? 'hidden' : '';
      bar.setAttribute('aria-valuemax', String(Math.max(1, total)));
      bar.setAttribute('aria-valuenow', String(line || 1));
      const last = row ? numberOf(rowAt(box.scrollTop + box.clientHeight - 2)) : 0;
      byId('log-place').textContent = total === 0 ? '' : size >= 1 ? many(total, 'line') : `${grouped.format(line)} to ${grouped.format(last)} of ${many(total, 'line')}`;
      const tick = (element, at) => {
        hide(element, !at || size >= 1);
        if (at) element.style.top = `calc(${(100 * placeOf(shownUpTo(at))) / Math.max(1, shownTotal())}% - 1px)`;
      };
      tick(byId('tick-error'), firstError);
      tick(byId('tick-found'), here);
      const follow = byId('follow');
      hide(follow, ended);
      if (follow.getAttribute('aria-pressed') !== String(following)) follow.setAttribute('aria-pressed', String(following));
      hide(byId('new-lines'), following || unseen === 0 || atEnd());
      if (unseen) byId('new-lines').textContent = `↓ ${many(unseen, 'new line')}`;
      root.style.setProperty('--native', `${box.offsetWidth - box.clientWidth}px`);
    };

    // going to a line
    const unfold = (line) => {
      let any = false;
      [...folded].forEach((begin) => {
        if (line > begin && line <= endOf(begin)) {
          folded.delete(begin);
          opened.add(begin);
          any = true;
        }
      });
      if (any) reckon();
      return any;
    };
    const toRow = (row, where) => {
      const room = box.clientHeight;
      const inView = row.offsetTop >= box.scrollTop + 20 && row.offsetTop + row.offsetHeight <= box.scrollTop + room - 20;
      if (where === 'top') scrollTo(row.offsetTop);
      else if (where !== 'near' || !inView) scrollTo(row.offsetTop - room / 3);
      if (where !== 'top') box.scrollLeft = 0;
    };
    const show = async (wanted, { where = 'third', again = false, shut = false } = {}) => {
      let line = Math.max(1, Math.min(wanted, total));
      leave();
      if (shut) line = shownUpTo(line);
      const changed = !shut && unfold(line);
      if (again || changed || !rowOf(line)) {
        const mine = (epoch += 1);
        const from = Math.max(1, line - 60);
        const { rows } = await fetchLines(`from=${from}&at=${line}&count=${PORTION}`);
        if (mine !== epoch) return false;
        replace(rows);
      }
      const row = rowOf(line);
      if (row) toRow(row, where);
      draw();
      fill();
      return true;
    };
    const toEnd = async () => {
      if (shownFrom(lastNumber() + 1) <= total || !lastRow()) {
        const mine = (epoch += 1);
        const { rows } = await fetchLines(`before=${shownUpTo(total) + 1}&count=${PORTION}`);
        if (mine !== epoch) return;
        replace(rows);
      }
      scrollTo(box.scrollHeight);
      unseen = 0;
      draw();
      fill();
    };
    const leave = () => {
      if (!ended && following) {
        following = false;
        unseen = 0;
      }
    };
    const follow = (on) => {
      following = on && !ended;
      if (following) toEnd();
      draw();
    };

    // the address says what is shown
    const remember = () => {
      const query = new URLSearchParams({ attempt });
      if (searching.text) query.set('search', searching.text);
      if (searching.text && searching.exact) query.set('case', 'exact');
      if (picked) query.set('lines', picked.first === picked.last ? `${picked.first}` : `${picked.first}-${picked.last}`);
      history.replaceState(null, '', `${location.pathname}?${query}${picked ? `#L${picked.first}` : ''}`);
    };

    // marking lines
    let anchor = 0;
    const pick = (from, to, quiet) => {
      picked = from ? { first: Math.min(from, to), last: Math.max(from, to) } : null;
      dressAll();
      remember();
      hide(byId('picked'), !picked);
      byId('copied').textContent = '';
      if (picked) {
        const text = picked.first === picked.last ? `Line ${grouped.format(picked.first)}` : `Lines ${grouped.format(picked.first)} to ${grouped.format(picked.last)}`;
        byId('picked-says').textContent = text;
        if (!quiet) say(`${text} marked`);
      }
    };
    const clip = async (text) => {
      if (navigator.clipboard && window.isSecureContext) {
        try {
          return await navigator.clipboard.writeText(text);
        } catch { /* not allowed; the old way may be */ }
      }
      const area = document.createElement('textarea');
      area.value = text;
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.append(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      if (!done) throw new Error('not allowed');
    };
    const copy = async (what, made) => {
      try {
        await clip(await made());
        byId('copied').textContent = `${what} copied.`;
      } catch {
        byId('copied').textContent = 'The browser did not let it be copied.';
      }
    };
    const copyLink = () => picked && copy('Link', async () => location.href);
    const copyText = () => {
      if (!picked) return;
      if (picked.last - picked.first >= COPIED) {
        byId('copied').textContent = `At most ${grouped.format(COPIED)} lines are copied; take the raw log.`;
        return;
      }
      copy('Text', async () => {
        const answer = await fetch(`${address}/text?attempt=${attempt}&lines=${picked.first}-${picked.last}`);
        if (!answer.ok) throw new Error('no text');
        // as it is seen: without escape sequences, and without what was printed over
        return (await answer.text())
          .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^][\s\S]*?(?:\x07|\x1b\\)|[()#%].|.)/g, '')
          .replace(/\r+\n/g, '\n').replace(/^.*\r/gm, '').replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '');
      });
    };
    list.addEventListener('click', (event) => {
      const number = event.target.closest('.line-number');
      const fold = event.target.closest('.fold');
      if (fold) return toggle(numberOf(fold.closest('li')));
      if (!number || event.ctrlKey || event.metaKey || event.button !== 0) return;
      event.preventDefault();
      leave();
      const line = numberOf(number.closest('li'));
      if (event.shiftKey && anchor) {
        getSelection()?.removeAllRanges();
        pick(anchor, line);
      } else if (picked && picked.first === line && picked.last === line) {
        anchor = 0;
        pick(0);
      } else {
        anchor = line;
        pick(line, line);
      }
    });
    byId('copy-link').onclick = copyLink;
    byId('copy-text').onclick = copyText;
    byId('pick-nothing').onclick = () => { pick(0); box.focus({ preventScroll: true }); };
    const step = (by, grow) => {
      if (total === 0) return;
      let line;
      if (!picked) line = anchor = topRow() ? numberOf(topRow()) : 1;
      else {
        const from = grow ? (picked.first === anchor ? picked.last : picked.first) : by > 0 ? picked.last : picked.first;
        line = by > 0 ? shownFrom(from + 1) : shownUpTo(from - 1);
        line = Math.max(1, Math.min(total, line));
        if (!grow) anchor = line;
      }
      pick(anchor, line);
      show(line, { where: 'near' });
    };

    // folding
    const refold = async (begin) => {
      reckon();
      byId('fold-all').textContent = folded.size ? 'Unfold all' : 'Fold all';
      const row = begin ? rowOf(begin) : topRow();
      const line = begin || (row ? shownUpTo(numberOf(row)) : 1);
      const focused = document.activeElement?.closest?.('.fold') ? document.activeElement.closest('li').id : '';
      const offset = row ? row.offsetTop - box.scrollTop : 0;
      const mine = (epoch += 1);
      const { rows } = await fetchLines(`from=${Math.max(1, line - 60)}&at=${line}&count=${PORTION}`);
      if (mine !== epoch) return;
      replace(rows);
      const stays = rowOf(line);
      if (stays) scrollTo(stays.offsetTop - offset);
      if (focused) byId(focused)?.querySelector('.fold')?.focus({ preventScroll: true });
      draw();
      fill();
    };
    const toggle = (begin) => {
      leave();
      if (folded.delete(begin)) opened.add(begin);
      else folded.add(begin);
      return refold(begin);
    };
    const foldAll = () => {
      if (groups.size === 0) return;
      const unfolding = folded.size > 0;
      if (unfolding) {
        folded.forEach((begin) => opened.add(begin));
        folded.clear();
      } else groups.forEach((_, begin) => folded.add(begin));
      say(unfolding ? 'All groups unfolded' : 'All groups folded');
      leave();
      refold(0);
    };
    byId('fold-all').onclick = foldAll;

    // searching
    const field = byId('search');
    const exact = byId('exact');
    const found = byId('found');
    const searching = { text: '', exact: false };
    let hits = null; // what the server said last
    let stopping = null;
    const buttons = () => {
      const shown = !searching.text || !hits || hits.count === 0;
      hide(byId('find-previous'), shown);
      hide(byId('find-next'), shown);
    };
    const forget = () => {
      stopping?.abort();
      const was = searching.text;
      searching.text = '';
      field.value = '';
      hits = null;
      here = 0;
      found.textContent = '';
      buttons();
      remember();
      const row = topRow();
      if (was && row) show(numberOf(row), { where: 'top', again: true });
      else draw();
    };
    const read = (section) => ({
      count: Number(section.dataset.count),
      before: Number(section.dataset.before),
      previous: Number(section.dataset.previous),
      lines: (section.dataset.numbers ?? '').split(' ').filter(Boolean).map(Number),
    });
    const hitsFrom = async (from) => {
      stopping?.abort();
      stopping = new AbortController();
      const { signal } = stopping;
      const later = setTimeout(() => {
        found.textContent = 'Searching…';
        hide(byId('find-stop'), false);
      }, 150);
      try {
        const { ok, page } = await ask('matches', `from=${from}`, { signal, quiet: true });
        const section = page.querySelector('#matches');
        if (!ok || !section) {
          found.textContent = page.querySelector('[data-says]')?.dataset.says ?? 'This cannot be searched for.';
          return null;
        }
        return read(section);
      } catch (problem) {
        if (problem.name !== 'AbortError') throw problem;
        return null;
      } finally {
        clearTimeout(later);
        if (stopping?.signal === signal) hide(byId('find-stop'), true);
      }
    };
    // index counts from 1
    const arrive = async (line, index, note, again) => {
      here = line;
      found.textContent = `${grouped.format(index)} of ${many(hits.count, 'line')}${note}`;
      say(`${grouped.format(index)} of ${hits.count === 1 ? '1 match' : `${grouped.format(hits.count)} matches`}${note}`);
      buttons();
      remember();
      list.querySelectorAll('.here').forEach((row) => row.classList.remove('here'));
      await show(line, { where: 'near', again });
      rowOf(line)?.classList.add('here');
    };
    const nothing = () => {
      here = 0;
      found.textContent = `No line has “${searching.text}”`;
      say(found.textContent);
      buttons();
      remember();
    };
    const find = async (forward) => {
      const text = field.value;
      if (!text) return forget();
      const isNew = text !== searching.text || exact.checked !== searching.exact;
      searching.text = text;
      searching.exact = exact.checked;
      if (isNew) hits = null;
      const from = isNew || !here ? (topRow() ? numberOf(topRow()) : 1) : here;
      if (forward) {
        const wanted = isNew || !here ? from : from + 1;
        const at = hits && ended ? hits.lines.findIndex((line) => line >= wanted) : -1;
        if (at > 0) return arrive(hits.lines[at], hits.before + at + 1, '', isNew);
        let answer = await hitsFrom(wanted);
        if (!answer) return undefined;
        let note = '';
        if (answer.count > 0 && answer.lines.length === 0) {
          answer = await hitsFrom(1);
          if (!answer) return undefined;
          note = ', again from the first';
        }
        hits = answer;
        if (!hits.lines.length) return nothing();
        return arrive(hits.lines[0], hits.before + 1, note, isNew);
      }
      let answer = await hitsFrom(from);
      if (!answer) return undefined;
      let note = '';
      if (answer.count > 0 && answer.previous === 0) {
        answer = await hitsFrom(total + 1);
        if (!answer) return undefined;
        note = ', again from the last';
      }
      hits = answer;
      return hits.count === 0 ? nothing() : arrive(hits.previous, hits.before, note, isNew);
    };
    byId('find').addEventListener('submit', (event) => {
      event.preventDefault();
      find(true);
    });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.shiftKey) {
        event.preventDefault();
        find(false);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        forget();
        box.focus({ preventScroll: true });
      }
    });
    field.addEventListener('search', () => field.value === '' && searching.text && forget());
    exact.onchange = () => field.value && find(true);
    byId('find-next').onclick = () => find(true);
    byId('find-previous').onclick = () => find(false);
    byId('find-stop').onclick = () => {
      stopping?.abort();
      found.textContent = 'Search stopped';
      say('Search stopped');
    };

    // jumping
    const jump = byId('from');
    byId('jump').addEventListener('submit', async (event) => {
      event.preventDefault();
      const line = Number(jump.value);
      if (!Number.isInteger(line) || line < 1) {
        jump.setAttribute('aria-invalid', 'true');
        return say('Say the number of a line');
      }
      jump.removeAttribute('aria-invalid');
      const there = Math.max(1, Math.min(line, total));
      anchor = there;
      pick(there, there, true);
      performance.mark('jump');
      await show(there);
      performance.measure('jumped', 'jump');
      say(there < line ? `The last line is ${grouped.format(total)}` : `Line ${grouped.format(there)}`);
      box.focus({ preventScroll: true });
      return undefined;
    });
    const toError = () => {
      if (!firstError) return;
      anchor = firstError;
      pick(firstError, firstError, true);
      show(firstError);
      say(`First error, line ${grouped.format(firstError)}`);
    };
    byId('first-error').onclick = (event) => {
      event.preventDefault();
      toError();
    };
    byId('follow').onclick = () => follow(!following);
    byId('new-lines').onclick = () => follow(true);

    // the looks of lines; what was on top stays there
    const keeping = (change) => {
      const row = topRow();
      const offset = row ? row.offsetTop - box.scrollTop : 0;
      change();
      if (following) scrollTo(box.scrollHeight);
      else if (row) scrollTo(row.offsetTop - offset);
      draw();
      fill();
    };
    const wrap = byId('wrap');
    const setWrap = (on) => keeping(() => {
      wrap.setAttribute('aria-pressed', String(on));
      list.classList.toggle('wrap', on);
      kept('log.wrap', on);
    });
    wrap.onclick = () => setWrap(wrap.getAttribute('aria-pressed') !== 'true');
    const choice = byId('times');
    const setTimes = (mode) => keeping(() => {
      times = mode;
      kept('log.times', mode);
      choice.value = mode;
      list.classList.toggle('timed', mode !== '');
      [...list.children].filter(isLine).forEach(tell);
    });
    choice.onchange = () => setTimes(choice.value);

    // the bar
    let drag = null; // the newest place that the thumb was moved to
    let dragging = false;
    const dragTo = async (y) => {
      const room = Math.max(1, bar.clientHeight - thumb.offsetHeight);
      const at = Math.max(0, Math.min(1, y / room));
      thumb.style.transform = `translateY(${at * room}px)`;
      if (allHere()) {
        leave();
        return box.scrollTo({ top: at * (box.scrollHeight - box.clientHeight), behavior: 'instant' });
      }
      drag = { at, line: lineAt(Math.round(at * Math.max(0, shownTotal() - perScreen()))) };
      const hint = byId('log-hint');
      hint.textContent = `Line ${grouped.format(drag.line)}`;
      hint.style.top = `${at * room}px`;
      hint.hidden = false;
      if (dragging) return undefined;
      dragging = true;
      try {
        while (drag) {
          const wanted = drag;
          drag = null;
          if (wanted.at >= 1) await toEnd();
          else await show(wanted.line, { where: 'top', shut: true });
        }
      } finally {
        dragging = false;
      }
      return undefined;
    };
    bar.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      bar.setPointerCapture(event.pointerId);
      bar.classList.add('held');
      const place = thumb.getBoundingClientRect();
      const y = event.clientY;
      held = { pointer: event.pointerId, inside: y >= place.top && y <= place.bottom ? y - place.top : place.height / 2 };
      if (y < place.top || y > place.bottom) dragTo(y - bar.getBoundingClientRect().top - held.inside);
    });
    const release = () => {
      held = null;
      bar.classList.remove('held');
      byId('log-hint').hidden = true;
      draw();
    };
    // of the whole page: a browser may take the pointer from the bar while lines are exchanged under it
    addEventListener('pointermove', (event) => {
      if (!held || held.pointer !== event.pointerId) return;
      if (event.buttons === 0) release();
      else dragTo(event.clientY - bar.getBoundingClientRect().top - held.inside);
    });
    const letGo = (event) => held && held.pointer === event.pointerId && release();
    addEventListener('pointerup', letGo);
    addEventListener('pointercancel', letGo);
    bar.addEventListener('wheel', (event) => box.scrollBy({ top: event.deltaY }), { passive: true });

    // scrolling by hand
    let drawing = 0;
    box.addEventListener('scroll', () => {
      if (box.scrollTop < lastTop - 2) leave();
      lastTop = box.scrollTop;
      if (!ended && !following && atEnd()) {
        following = true;
        unseen = 0;
      }
      drawing ||= requestAnimationFrame(() => {
        drawing = 0;
        draw();
        fill();
      });
    }, { passive: true });
    new ResizeObserver(() => {
      if (following) scrollTo(box.scrollHeight);
      draw();
      fill();
    }).observe(box);

    // keys; single letters can be switched off, for who speaks to the computer or hits them by chance
    const keys = byId('keys');
    const single = byId('single-keys');
    single.checked = kept('log.keys') !== 'false';
    single.onchange = () => kept('log.keys', single.checked);
    byId('keys-open').onclick = () => keys.showModal();
    const focus = (input) => {
      input.focus();
      input.select();
    };
    const modes = ['', 'clock', 'began', 'before'];
    const does = {
      '/': () => focus(field),
      n: () => field.value && find(true),
      N: () => field.value && find(false),
      g: () => focus(jump),
      ':': () => focus(jump),
      e: toError,
      f: () => !ended && follow(!following),
      w: () => wrap.click(),
      t: () => {
        setTimes(modes[(modes.indexOf(times) + 1) % modes.length]);
        say(`Times: ${choice.selectedOptions[0].textContent}`);
      },
      z: foldAll,
      j: () => step(1, false),
      J: () => step(1, true),
      k: () => step(-1, false),
      K: () => step(-1, true),
      c: copyLink,
      '[': () => byId('step-before')?.click(),
      ']': () => byId('step-behind')?.click(),
      '?': () => keys.showModal(),
    };
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keys.open) return;
      if (event.target.matches('input, select, textarea')) return;
      if (event.key === 'Home' || event.key === 'End') {
        event.preventDefault();
        if (event.key === 'Home') show(1, { where: 'top', shut: true });
        else if (ended) toEnd();
        else follow(true);
      } else if (event.key === 'Escape') {
        if (searching.text) forget();
        else if (picked) pick(0);
      } else if (Object.hasOwn(does, event.key) && single.checked) {
        event.preventDefault();
        does[event.key]();
      }
    });
    addEventListener('hashchange', () => {
      const line = /^#L(\d+)$/.exec(location.hash);
      if (line) {
        anchor = Number(line[1]);
        pick(anchor, anchor);
        show(anchor);
      }
    });

    // what the step prints now
    let word = byId('log-top').dataset.word;
    const tail = async () => {
      let idle = 0;
      while (!ended) {
        if (document.hidden) {
          await new Promise((done) => { document.addEventListener('visibilitychange', done, { once: true }); });
          continue;
        }
        const here = lastNumber();
        const mine = epoch;
        const wanted = !busyDown && shownFrom(here + 1) > total;
        const open = [...groups].filter(([, end]) => !end).map(([begin]) => begin);
        const since = Math.min(total + 1, ...open);
        const asked = Date.now();
        const { rows, news } = await fetchLines(`from=${total + 1}&count=${wanted ? PORTION : 0}&wait=true&groups=${since}`, { quiet: true });
        if (following && total - lastNumber() > 2 * PORTION) await toEnd();
        else if (wanted && !busyDown && mine === epoch && here === lastNumber()) {
          append(rows);
          if (following) scrollTo(box.scrollHeight);
          fill();
        }
        unseen = following || atEnd() ? 0 : unseen + news;
        if (news) open.forEach((begin) => rowOf(begin) && dress(rowOf(begin)));
        draw();
        idle = news || Date.now() - asked > 1000 ? 0 : Math.min(idle + 1, 5);
        await soon(150 + 200 * idle);
      }
      const followed = following;
      if (followed) await toEnd();
      if (shownFrom(lastNumber() + 1) > total && !list.querySelector('.log-end')) append((await fetchLines(`from=${total + 1}&count=1`)).rows);
      if (followed) scrollTo(box.scrollHeight);
      following = false;
      if (byId('log-empty')) byId('log-empty').textContent = 'This step printed nothing.';
      // what stands above the lines may still say that the step runs
      if (window.htmx) htmx.trigger(byId('log-top'), 'moved');
      draw();
    };
    document.addEventListener('htmx:afterSettle', () => {
      const now = byId('log-top')?.dataset.word;
      if (now && now !== word) {
        word = now;
        say(`Step ${now}`);
      }
    });

    // begin where the page was opened
    learn(list.dataset);
    const asked = new URLSearchParams(location.search);
    const lines = /^(\d+)(?:-(\d+))?$/.exec(asked.get('lines') || '');
    const hash = /^#L(\d+)$/.exec(location.hash);
    if (lines) {
      anchor = Number(lines[1]);
      picked = { first: Math.min(anchor, Number(lines[2] || anchor)), last: Math.max(anchor, Number(lines[2] || anchor)) };
    } else if (hash) {
      anchor = Number(hash[1]);
      picked = { first: anchor, last: anchor };
    }
    const section = byId('matches');
    if (section) {
      searching.text = field.value;
      searching.exact = exact.checked;
      hits = read(section);
      here = hits.lines[0] || 0;
      if (here) found.textContent = `${grouped.format(hits.before + 1)} of ${many(hits.count, 'line')}`;
      else found.textContent = `No line has “${searching.text}”`;
      buttons();
    }
    setWrapAtFirst();
    function setWrapAtFirst() {
      const on = kept('log.wrap') !== 'false';
      wrap.setAttribute('aria-pressed', String(on));
      list.classList.toggle('wrap', on);
      choice.value = times;
      list.classList.toggle('timed', times !== '');
    }
    const open = picked ? picked.first : Number(list.dataset.open);
    following = !ended && open === 0;
    if (open) unfold(open);
    [...list.children].filter((row) => isLine(row) && hiding(numberOf(row))).forEach((row) => row.remove());
    dressAll();
    if (picked) pick(picked.first, picked.last, true);
    root.style.setProperty('--native', `${box.offsetWidth - box.clientWidth}px`);
    if (open > 1 && rowOf(open)) toRow(rowOf(open), asked.has('from') && !picked ? 'top' : 'third');
    else if (open > 1) show(open);
    else if (open === 0) scrollTo(box.scrollHeight);
    draw();
    fill();
    tail();
    // pages are told a thousand groups; there may be more
    (async () => {
      for (let from = Math.max(0, ...groups.keys()) + 1, last = 0; groups.size >= 1000 && from > last;) {
        last = from;
        await fetchLines(`from=${total + 1}&count=0&groups=${from}`, { quiet: true });
        from = Math.max(...groups.keys()) + 1;
        if (groups.size % 1000) break;
      }
    })();
  };
  document.addEventListener('DOMContentLoaded', start);
})();
