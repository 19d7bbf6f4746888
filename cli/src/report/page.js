'use strict';
(() => {
  const json = id => JSON.parse(document.getElementById(id).textContent);
  const data = json('data');
  const texts = (() => { let read; return () => read ??= json('texts'); })();
  const main = document.getElementById('main');
  const count = (n, what) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
  const percent = value => `${(Math.floor(value * 10 + 1e-9) / 10).toFixed(1)} %`;

  /** An element. All text goes through text nodes: nothing of the data is ever taken for markup. */
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat(9).filter(it => it != null && it !== false));
    return element;
  }

  // The address has what is shown, after the `#`, so a link leads to exactly that.
  const state = { view: 'tests', filter: '', status: '', holes: false, open: new Set() };
  function readHash() {
    const hash = new URLSearchParams(location.hash.slice(1));
    state.view = views[hash.get('view')] ? hash.get('view') : 'tests';
    state.filter = hash.get('filter') ?? '';
    state.status = hash.get('status') ?? '';
    state.holes = hash.has('holes');
    state.open = new Set((hash.get('open') ?? '').split(',').filter(Boolean));
  }
  function hashOf(it) {
    const hash = new URLSearchParams({ view: it.view });
    if (it.filter) hash.set('filter', it.filter);
    if (it.status) hash.set('status', it.status);
    if (it.holes) hash.set('holes', '1');
    if (it.open?.size) hash.set('open', [...it.open].join(','));
    return `#${hash}`;
  }
  const keep = () => history.replaceState(null, '', hashOf(state));

  /** An element that is filled when it is opened for the first time. */
  function disclosure(id, summary, fill, opened = false) {
    const body = h('div', { class: 'body' });
    let filled = false;
    const details = h('details', { id }, h('summary', {}, summary), body);
    const ensure = () => { if (!filled) { filled = true; fill(body); } };
    if (opened || state.open.has(id)) { ensure(); details.open = true; }
    let before = details.open;
    details.addEventListener('toggle', () => {
      if (details.open === before) return;
      before = details.open;
      if (details.open) { ensure(); state.open.add(id); } else state.open.delete(id);
      keep();
    });
    return details;
  }

  /** The first items of a long list, and a button for more. */
  function some(items, parent, make, size = 200) {
    let shown = 0;
    const more = h('button', { type: 'button', onclick: () => next(true) });
    function next(asked) {
      const from = shown;
      const made = items.slice(from, from + size).map(make);
      shown += made.length;
      parent.append(...made);
      const left = items.length - shown;
      if (left > 0) {
        more.textContent = `Show ${Math.min(left, size)} more of ${left.toLocaleString('en')}`;
        parent.after(more);
      } else more.remove();
      if (asked) (made[0]?.querySelector('summary, button, a') ?? made[0])?.focus?.();
    }
    // The button follows the parent, which must be in the page by then.
    queueMicrotask(() => next(false));
    return parent;
  }

  const bar = value => h('span', { class: value < 100 ? 'bar low' : 'bar', 'aria-hidden': 'true' },
    Object.assign(h('span'), { style: `width:${Math.max(0, Math.min(100, value))}%` }));
  const measure = value => [bar(value), h('span', { class: 'percent' }, percent(value))];
  function table(caption, heads, rows) {
    const body = h('tbody');
    const made = h('div', { class: 'scroll' }, h('table', {}, h('caption', {}, caption),
      h('thead', {}, h('tr', {}, heads.map(head => h('th', { scope: 'col' }, head)))), body));
    some(rows, body, row => h('tr', {}, row.map((cell, at) =>
      at === 0 ? h('th', { scope: 'row' }, cell) : h('td', {}, cell))));
    return made;
  }
  const matches = (...texts) => {
    const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const all = texts.join(' ').toLowerCase();
    return words.every(word => all.includes(word));
  };

  // Tests ------------------------------------------------------------------------------------------
  const STATES = {
    failed: ['✗ failed', 'bad'], unfinished: ['✗ unfinished', 'bad'],
    skipped: ['– skipped', 'odd'], passed: ['✓ passed', 'good'],
  };
  const stateOf = status => h('span', { class: `state ${STATES[status][1]}` }, STATES[status][0]);
  const isBad = test => test.status === 'failed' || test.status === 'unfinished';
  const suiteOf = test => `${test.design} · ${test.simulator}`;
  const seconds = wall => wall >= 100 ? `${wall.toFixed(0)} s` : wall >= 1 ? `${wall.toFixed(2)} s` : `${(wall * 1000).toFixed(0)} ms`;
  const time = at => at ? new Date(at * 1000).toISOString().replace('T', ' ').slice(0, 19) + ' UTC' : '';

  function copy(text) {
    const button = h('button', { type: 'button', onclick: async () => {
      try { await navigator.clipboard.writeText(text); button.textContent = 'Copied'; }
      catch { getSelection().selectAllChildren(button.previousElementSibling); }
    } }, 'Copy');
    return [h('code', {}, text), ' ', button];
  }
  const runsOf = test => data.runs.filter(run =>
    run.test === test.test && run.simulator === test.product && run.seed === test.seed);
  function testBody(test, body) {
    const list = h('dl');
    const entry = (name, ...value) => list.append(h('dt', {}, name), h('dd', {}, ...value));
    entry('test', `${test.file}:${test.line}`);
    entry('crate', `${test.package}, ${test.target}`);
    if (test.product) entry('simulator', test.product);
    if (test.seed) entry('seed', test.seed);
    if (test.simulated) entry('simulated', test.simulated);
    if (test.at) entry('started', time(test.at));
    if (test.covers.length) entry('covers', test.covers.map((name, at) => [at ? ', ' : '',
      h('a', { href: hashOf({ view: 'requirements', filter: name }) }, name)]));
    const hits = runsOf(test).flatMap(run => run.hits);
    if (hits.length) entry('coverage', hits.map(([group, bins], at) => [at ? ', ' : '',
      h('a', { href: hashOf({ view: 'coverage', open: new Set([`g${group}`]) }) }, data.groups[group].name),
      ` (${count(bins, 'bin')})`]));
    if (test.repeat) entry('repeat', copy(test.repeat));
    body.append(list);
    if (test.text != null) body.append(h('pre', { class: 'text', tabindex: '0' }, texts()[test.text]));
  }
  const causeOf = test => test.text == null ? '' : texts()[test.text].split('\n', 1)[0];
  const testDisclosure = (test, name, prefix) => disclosure(`${prefix}${test.id}`, [stateOf(test.status),
    h('span', { class: 'name' }, name), h('span', { class: 'number dim' }, seconds(test.wall))], body => testBody(test, body));
  const testItem = test => h('li', {}, testDisclosure(test, test.test, 't'));
  /** The failures, those with the same cause together. */
  function failures(bad) {
    const byCause = new Map();
    for (const test of bad) {
      const cause = causeOf(test).replaceAll(test.test, '…') || test.id;
      if (!byCause.has(cause)) byCause.set(cause, []);
      byCause.get(cause).push(test);
    }
    const failed = test => testDisclosure(test, [`${suiteOf(test)} · ${test.test}`,
      h('span', { class: 'cause dim' }, causeOf(test))], 'f');
    return some([...byCause.values()], h('ul', { class: 'list' }), ([first, ...others]) =>
      h('li', {}, failed(first), others.length < 2 ? others.map(failed)
        : disclosure(`m${first.id}`, h('span', { class: 'name more' }, `${others.length.toLocaleString('en')} more with the same cause`),
          body => body.append(some(others, h('ul', { class: 'list' }), test => h('li', {}, failed(test)))))));
  }
  function suites(tests) {
    const bySuite = new Map();
    for (const test of tests) {
      const name = suiteOf(test);
      if (!bySuite.has(name)) bySuite.set(name, []);
      bySuite.get(name).push(test);
    }
    return [...bySuite].map(([name, own]) => ({ name, own, bad: own.filter(isBad).length,
      id: `s${own[0].suite}` })).sort((a, b) => b.bad - a.bad || a.name.localeCompare(b.name));
  }
  function tests() {
    const fit = data.tests.filter(test => (!state.status || test.status === state.status)
      && matches(suiteOf(test), test.test, test.covers.join(' ')));
    const view = [tools({ statuses: true, found: `${count(fit.length, 'test')} of ${data.tests.length.toLocaleString('en')}` })];
    if (!data.tests.length) view.push(h('p', { class: 'bad' }, 'No test has left a result.'));
    const bad = fit.filter(isBad);
    if (bad.length) view.push(h('h2', {}, count(bad.length, 'failure')),
      failures(bad));
    const all = suites(fit);
    if (all.length) view.push(h('h2', {}, 'By design and simulator'));
    const few = fit.length <= 50;
    view.push(some(all, h('ul', { class: 'list' }), suite => {
      const states = Object.keys(STATES).map(status => [status, suite.own.filter(it => it.status === status).length]);
      return h('li', {}, disclosure(suite.id, [h('span', { class: 'name' }, suite.name),
        states.filter(([, n]) => n).map(([status, n]) => h('span', { class: `number ${STATES[status][1]}` }, `${n.toLocaleString('en')} ${status}`))],
        body => body.append(some(suite.own, h('ul', { class: 'list' }), testItem)), few));
    }));
    return view;
  }

  function slowest() {
    const ran = data.tests.filter(test => test.wall > 0 && matches(suiteOf(test), test.test));
    const slow = ran.sort((a, b) => b.wall - a.wall).slice(0, 100);
    const most = slow[0]?.wall ?? 1;
    const total = data.tests.reduce((sum, test) => sum + test.wall, 0);
    return [tools({}), table(`The ${count(slow.length, 'test')} that took longest, of ${seconds(total)} in all`,
      ['Test', 'Design and simulator', 'Time', 'Part'],
      slow.map(test => [h('a', { href: hashOf({ view: 'tests', filter: `${test.design} ${test.simulator} ${test.test}`, open: new Set([`t${test.id}`]) }) }, test.test),
        suiteOf(test), h('span', { class: 'number' }, seconds(test.wall)),
        Object.assign(h('span', { class: 'bar' }, Object.assign(h('span'), { style: `width:${100 * test.wall / most}%` })))]))];
  }

  // Functional coverage ----------------------------------------------------------------------------
  const runName = index => {
    const run = data.runs[index];
    return `${run.test}, ${run.simulator || 'no simulator'}, VERIFORK_SEED=${run.seed}${run.passed ? '' : ' (failed)'}`;
  };
  function hitBy(hit) {
    if (!hit || !hit[2]) return h('span', { class: 'dim' }, 'no run');
    const [, , runs, first] = hit;
    const more = runs - first.length;
    return h('span', {}, first.map((run, at) => [at ? h('br') : null, runName(run)]),
      more > 0 && [h('br'), `and ${count(more, 'more run')}`]);
  }
  function point(item, body) {
    const hole = bin => bin[2] === 'count' && bin[3] < item.atLeast;
    const bins = item.bins.map((bin, at) => [bin, at]).filter(([bin]) => !state.holes || hole(bin));
    bins.sort(([a, i], [b, j]) => hole(b) - hole(a) || i - j);
    body.append(table(`${count(item.bins.length, 'bin')}; ${item.atLeast} or more hits cover one`,
      ['Bin', 'Values', 'Hits', 'State', 'Hit by'],
      bins.map(([bin]) => [bin[0], h('code', {}, bin[1]), h('span', { class: 'number' }, bin[3].toLocaleString('en')),
        bin[2] !== 'count' ? h('span', { class: bin[3] && bin[2] === 'illegal' ? 'bad' : 'dim' }, bin[2])
          : hole(bin) ? h('strong', { class: 'bad' }, 'hole') : h('span', { class: 'good' }, 'covered'),
        hitBy([0, bin[3], bin[4], bin[5]])])));
  }
  function cross(item, body) {
    const columns = item.axes.at(-1);
    const rows = item.axes.slice(0, -1).reduce((all, axis) => all.flatMap(row => axis.map(name => [...row, name])), [[]]);
    const hits = new Map(item.hits.map(hit => [hit[0], hit]));
    const excluded = index => item.excluded.some(([first, end]) => first <= index && index < end);
    const most = Math.log(1 + Math.max(1, ...item.hits.slice(0, 1e5).map(hit => hit[1])));
    const isHole = index => (hits.get(index)?.[1] ?? 0) < item.atLeast && !excluded(index);
    const name = index => [...rows[Math.floor(index / columns.length)], columns[index % columns.length]].join(' × ');
    const missing = [];
    for (let index = 0; index < rows.length * columns.length; index += 1) if (isHole(index)) missing.push(index);
    if (missing.length) body.append(disclosure(`${item.id}m`, [h('span', { class: 'name bad' }, `${count(missing.length, 'hole')}`)],
      inner => inner.append(some(missing, h('ul'), index => h('li', {}, name(index))))));
    const told = h('p', { 'aria-live': 'polite', class: 'told' }, 'Choose a cell to see which tests have hit it.');
    const cell = index => {
      const n = hits.get(index)?.[1] ?? 0;
      if (excluded(index)) return h('td', {}, h('span', { class: 'off', title: 'ignored or illegal' }, n ? n : '·'));
      const button = h('button', { type: 'button', class: isHole(index) ? 'hole' : null,
        'aria-label': `${name(index)}: ${count(n, 'hit')}${isHole(index) ? ', a hole' : ''}`,
        onclick: () => told.replaceChildren(h('strong', {}, `${name(index)}: ${count(n, 'hit')}. `), hitBy(hits.get(index))) },
        n.toLocaleString('en'));
      if (!isHole(index)) button.style.background = `rgba(46, 160, 80, ${0.15 + 0.6 * Math.log(1 + n) / most})`;
      return h('td', {}, button);
    };
    const holds = rows.map((row, at) => at).filter(at => !state.holes || columns.some((_, column) => isHole(at * columns.length + column)));
    const tbody = h('tbody');
    body.append(h('div', { class: 'scroll' }, h('table', { class: 'heat' },
      h('caption', {}, `${item.points.join(' × ')}: hits; a hole has a frame`),
      h('thead', {}, h('tr', {}, item.points.slice(0, -1).map(it => h('th', { scope: 'col' }, it)),
        columns.map(it => h('th', { scope: 'col' }, it)))), tbody)), told);
    some(holds, tbody, at => h('tr', {}, rows[at].map(it => h('th', { scope: 'row' }, it)),
      columns.map((_, column) => cell(at * columns.length + column))), Math.max(1, Math.floor(1500 / columns.length)));
  }
  function coverage() {
    const fit = data.groups.map((group, at) => ({ ...group, at })).filter(group =>
      (!state.holes || group.percent < 100) && matches(group.name, group.items.map(it => it.name).join(' ')));
    fit.sort((a, b) => a.percent - b.percent || a.name.localeCompare(b.name));
    const view = [tools({ holes: true, found: `${count(fit.length, 'group')} of ${data.groups.length}` })];
    view.push(h('p', {}, measure(data.functional), ` of ${count(data.groups.length, 'group')} covered in ${count(data.runs.length, 'run')}`));
    view.push(some(fit, h('ul', { class: 'list' }), group => h('li', {}, disclosure(`g${group.at}`,
      [h('span', { class: 'name' }, group.name, group.place && h('span', { class: 'dim' }, ` ${group.place}`)), measure(group.percent)],
      body => {
        if (group.twin) body.append(h('p', { class: 'odd' },
          `There are several definitions of this name; they are not added up. This is ${group.twin}, of ${group.tests.join(', ')}.`));
        const items = json(`group-${group.at}`).map((it, at) => ({ ...it, id: `g${group.at}.${at}` }));
        items.sort((a, b) => a.percent - b.percent);
        body.append(some(items.filter(it => !state.holes || it.percent < 100), h('ul', { class: 'list' }), item => h('li', {}, disclosure(item.id,
          [h('span', { class: 'name' }, item.name, h('span', { class: 'dim' }, ` ${item.axes ? 'cross' : 'point'}, ${item.covered} of ${item.of}`)), measure(item.percent)],
          inner => (item.axes ? cross : point)(item, inner), fit.length === 1 && item.percent < 100))));
      }, fit.length === 1))));
    return view;
  }

  // Code coverage ----------------------------------------------------------------------------------
  function source({ lines, points }, body) {
    const byLine = new Map();
    for (const [line, kind, name, n] of points) {
      if (!byLine.has(line)) byLine.set(line, []);
      byLine.get(line).push([kind, name, n]);
    }
    if (!lines) body.append(h('p', { class: 'odd' }, 'The source file is not where it was compiled: only the line numbers are shown.'));
    const numbers = lines ? lines.map((_, at) => at + 1) : [...byLine.keys()].sort((a, b) => a - b);
    const missed = number => (byLine.get(number) ?? []).filter(([, , n]) => !n);
    const rows = numbers.filter(number => !state.holes || missed(number).length);
    const tbody = h('tbody');
    body.append(h('div', { class: 'scroll' }, h('table', { class: 'source' },
      h('caption', {}, 'How often the statements of each line were executed, and what never happened in it'),
      h('thead', {}, h('tr', {}, ['Line', 'Hits', 'State', 'Source', 'Never happened'].map(it => h('th', { scope: 'col' }, it)))), tbody)));
    some(rows, tbody, number => {
      const all = byLine.get(number) ?? [];
      const statements = all.filter(([kind]) => kind === 'statement').map(([, , n]) => n);
      const holes = missed(number);
      const mark = !all.length ? '' : holes.length === all.length ? '✗ hole' : holes.length ? '± part' : '✓';
      return h('tr', { class: !all.length ? null : holes.length ? 'missed' : 'hit' },
        h('th', { scope: 'row', class: 'number' }, String(number)),
        h('td', { class: 'number' }, statements.length ? Math.max(...statements).toLocaleString('en') : ''),
        h('td', { class: holes.length ? 'bad' : 'good' }, mark),
        h('td', {}, h('code', {}, lines?.[number - 1] ?? '')),
        h('td', { class: 'bad' }, holes.map(([kind, name]) => `${kind} ${name}`.trim()).join(', ')));
    }, 400);
  }
  function code() {
    const fit = data.files.map((file, at) => ({ ...file, at })).filter(file =>
      (!state.holes || file.percent < 100) && matches(file.name));
    fit.sort((a, b) => a.percent - b.percent || a.name.localeCompare(b.name));
    return [tools({ holes: true, found: `${count(fit.length, 'file')} of ${data.files.length}` }),
      table('By kind', ['Kind', 'Covered', ''], data.kinds.map(it =>
        [it.name, `${it.covered.toLocaleString('en')} of ${it.of.toLocaleString('en')}`, measure(it.percent)])),
      some(fit, h('ul', { class: 'list' }), file => h('li', {}, disclosure(`c${file.at}`,
        [h('span', { class: 'name' }, file.name, h('span', { class: 'dim' }, ` ${file.covered} of ${file.of}`)), measure(file.percent)],
        body => {
          if (file.changed) body.append(h('p', { class: 'odd' }, 'This file is newer than its coverage: its lines may have moved.'));
          source(json(`code-${file.at}`), body);
        }, fit.length === 1)))];
  }

  // Requirements -----------------------------------------------------------------------------------
  const PROVEN = { passed: ['✓ passed', 'good'], failed: ['✗ failed', 'bad'], none: ['✗ no test', 'bad'], skipped: ['– not run', 'odd'] };
  function requirements() {
    const fit = data.requirements.filter(it => matches(it.name, it.text));
    return [tools({ found: `${count(fit.length, 'requirement')} of ${data.requirements.length}` }),
      table('Passed: at least one of its tests passed, and none failed', ['Requirement', 'State', 'Tests'],
        fit.map(it => [[h('strong', {}, it.name), it.text && h('span', { class: 'dim' }, ` ${it.text}`)],
          h('span', { class: `whole ${PROVEN[it.state][1]}` }, PROVEN[it.state][0]),
          it.tests.length ? it.tests.slice(0, 50).map(at => {
            const test = data.tests[at];
            return h('div', {}, h('span', { class: `whole ${STATES[test.status][1]}` }, `${STATES[test.status][0]} `),
              h('a', { href: hashOf({ view: 'tests', filter: it.name, open: new Set([`t${test.id}`, `s${test.suite}`]) }) }, `${suiteOf(test)} · ${test.test}`));
          }).concat(it.tests.length > 50 ? [h('div', {}, `and ${it.tests.length - 50} more`)] : [])
            : h('span', { class: 'bad' }, 'none')]))];
  }

  // Trends -----------------------------------------------------------------------------------------
  function svg(tag, attributes, ...children) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function trend() {
    const points = data.trend.slice(-60);
    const most = Math.max(1, ...points.map(it => it.passed + it.failed + it.skipped));
    const [width, height, step] = [Math.max(300, points.length * 16 + 60), 170, 16];
    const y = part => 10 + 140 * (1 - part);
    const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img',
      'aria-label': `Tests and coverage of the last ${count(points.length, 'run')}; the table below has the numbers` });
    drawing.append(svg('text', { x: 0, y: 18 }, String(most)), svg('text', { x: 0, y: 152 }, '0'));
    points.forEach((it, at) => {
      let from = 0;
      for (const [n, fill] of [[it.passed, 'var(--good-fill)'], [it.skipped, 'var(--bar)'], [it.failed, 'var(--bad-fill)']]) {
        const to = from + n / most;
        drawing.append(svg('rect', { x: 40 + at * step, y: y(to), width: 12, height: Math.max(0, y(from) - y(to)), fill }));
        from = to;
      }
    });
    for (const [key, dash] of [['functional', ''], ['code', '4 3']]) {
      const path = points.map((it, at) => it[key] == null ? null : `${46 + at * step},${y(it[key] / 100)}`).filter(Boolean);
      if (path.length) drawing.append(svg('polyline', { points: path.join(' '), fill: 'none', stroke: 'var(--link)', 'stroke-width': 2, 'stroke-dasharray': dash }));
      for (const at of path) drawing.append(svg('circle', { cx: at.split(',')[0], cy: at.split(',')[1], r: 2.5, fill: 'var(--link)' }));
    }
    const value = it => it == null ? '' : percent(it);
    return [h('h2', {}, `Last ${count(points.length, 'run')}`),
      points.length ? h('div', { class: 'scroll' }, drawing) : h('p', {}, 'No run is stored.'),
      h('p', { class: 'dim' }, 'Columns: tests passed, skipped, failed. Lines, up to 100 %: functional coverage, and code coverage dashed, as they were when a report was made.'),
      table('Newest first', ['Run', 'Passed', 'Failed', 'Skipped', 'Functional', 'Code'],
        [...data.trend].reverse().map(it => [h('span', { class: 'whole' }, time(it.at)), it.passed, h('span', { class: it.failed ? 'bad' : null }, it.failed), it.skipped,
          value(it.functional), value(it.code)].map(cell => typeof cell === 'number' ? String(cell) : cell)))];
  }

  // The page ---------------------------------------------------------------------------------------
  function tools({ statuses, holes, found }) {
    const again = () => { keep(); show(false); };
    let waits;
    const filter = h('input', { type: 'search', id: 'filter', value: state.filter, autocomplete: 'off',
      placeholder: 'words of the name', oninput: event => {
        state.filter = event.target.value;
        clearTimeout(waits);
        waits = setTimeout(again, 120);
      } });
    return h('form', { class: 'tools', role: 'search', onsubmit: event => event.preventDefault() },
      h('label', { for: 'filter' }, 'Filter'), filter,
      statuses && [h('label', { for: 'status' }, 'Status'),
        h('select', { id: 'status', onchange: event => { state.status = event.target.value; again(); } },
          ['', ...Object.keys(STATES)].map(it => h('option', { value: it, selected: it === state.status }, it || 'all')))],
      holes && h('label', {}, h('input', { type: 'checkbox', id: 'holes', checked: state.holes,
        onchange: event => { state.holes = event.target.checked; again(); } }), ' holes only'),
      h('span', { id: 'found', class: 'dim', role: 'status' }, found ?? ''));
  }
  const views = {
    tests: ['Tests', tests, true],
    slowest: ['Slowest', slowest, data.tests.length > 0],
    coverage: ['Functional coverage', coverage, data.groups.length > 0],
    code: ['Code coverage', code, data.files.length > 0],
    requirements: ['Requirements', requirements, data.requirements.length > 0],
    trend: ['Trends', trend, data.trend.length > 0],
  };
  function show(followed) {
    const focused = document.activeElement?.id;
    const at = document.activeElement?.selectionStart;
    main.replaceChildren(h('h2', { class: 'skip' }, views[state.view][0]), ...views[state.view][1]());
    const links = Object.entries(views).filter(([, it]) => it[2]).map(([view, [title]]) =>
      h('li', {}, h('a', { id: `view-${view}`, href: hashOf({ view }), 'aria-current': view === state.view ? 'page' : null }, title)));
    document.getElementById('views').replaceChildren(...links);
    document.title = `${views[state.view][0]} – ${data.title}`;
    // What had the focus may be gone: it goes to the same element, or to what a link has led to.
    const again = focused ? document.getElementById(focused) : null;
    again?.focus();
    if (at != null) again?.setSelectionRange?.(at, at);
    if (followed && state.open.size) setTimeout(() => {
      const target = document.getElementById([...state.open].at(-1));
      target?.scrollIntoView();
      target?.querySelector('summary')?.focus();
    });
    else if (followed && !again) main.focus();
  }
  addEventListener('hashchange', () => { readHash(); show(true); });
  readHash();
  show(false);
})();
