'use strict';
// Draws the graph that the page holds as data, and lets a reader search and follow it. Without this script the table says the same.
(() => {
  const LARGEST_DRAWING = 1500;
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = id => document.getElementById(id);
  const nodes = new Map(data.nodes.map((node, i) => [node.id, { ...node, row: byId('n' + i), needs: [], neededBy: [] }]));
  for (const edge of data.edges) {
    nodes.get(edge.from).needs.push(edge);
    nodes.get(edge.to).neededBy.push(edge);
  }

  const dashed = kind => kind === 'tools' || kind === 'test';
  const color = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // --- details of one package

  let chosen = null;

  const bytes = n => n < 1000 ? n + ' bytes' : n < 999950 ? (n / 1e3).toFixed(1) + ' kB' : n < 999950000 ? (n / 1e6).toFixed(1) + ' MB' : (n / 1e9).toFixed(1) + ' GB';

  const why = edge => edge.reasons.length === 0
    ? [element('span', { className: 'why', textContent: edge.kind })]
    : edge.reasons.map(reason => element('span', { className: 'why', textContent: reason.words + (reason.files.length ? ': ' + reason.files.join(', ') : '') }));

  const list = (title, edges, end) => edges.length === 0 ? [] : [
    element('h3', { textContent: `${title} (${edges.length})` }),
    element('ul', {}, ...edges.map(edge => {
      const link = element('a', { href: '#' + nodes.get(edge[end]).row.id, textContent: nodes.get(edge[end]).name });
      link.addEventListener('click', event => { event.preventDefault(); choose(edge[end], true); });
      return element('li', {}, link, ...why(edge));
    })),
  ];

  const facts = node => [
    ['Version', node.version], ['HASH', node.hash], ['Files', node.bytes === undefined ? '' : bytes(node.bytes)], ['.deb', node.debBytes === undefined ? '' : bytes(node.debBytes)],
  ].filter(([, value]) => value).flatMap(([name, value]) => [element('dt', { textContent: name }), element('dd', { textContent: value })]);

  const show = node => byId('details').replaceChildren(
    element('h2', {}, element('span', { className: 'kind ' + node.kind }), node.name),
    ...(node.summary ? [element('p', { textContent: node.summary })] : []),
    element('dl', {}, ...facts(node)),
    ...list('Needs', node.needs, 'to'),
    ...list('Needed by', node.neededBy, 'from'));

  const choose = (id, isCentered) => {
    if (chosen) {
      nodes.get(chosen).row.classList.remove('chosen');
    }

    chosen = id;
    const node = nodes.get(id);
    node.row.classList.add('chosen');
    show(node);
    highlight(isCentered);
    if (isCentered) {
      byId('view').scrollIntoView({ block: 'nearest' });
    }
  };

  // --- the drawing

  let drawing = null;

  const label = node => node.version ? node.name + '\n' + node.version : node.name;

  const width = (() => {
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = '12px system-ui, sans-serif';
    return text => Math.max(...text.split('\n').map(line => pen.measureText(line).width));
  })();

  const isTall = () => byId('graph').clientWidth < byId('graph').clientHeight * 1.1;

  const places = () => {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: isTall() ? 'TB' : 'LR', nodesep: 12, ranksep: isTall() ? 50 : 70, marginx: 10, marginy: 10 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of nodes.values()) {
      graph.setNode(node.id, { width: width(label(node)) + 20, height: node.version ? 40 : 26 });
    }

    data.edges.forEach((edge, i) => graph.setEdge(edge.from, edge.to, {}, String(i)));
    dagre.layout(graph);
    return id => graph.node(id);
  };

  const style = () => [
    {
      selector: 'node',
      style: {
        shape: 'round-rectangle', width: 'data(width)', height: 'data(height)', label: 'data(label)', 'text-wrap': 'wrap', 'text-valign': 'center', 'font-size': 12, 'font-family': 'system-ui, sans-serif',
        color: color('text'), 'border-width': 1, 'border-color': color('line'), 'background-color': node => color(node.data('kind')),
      },
    },
    {
      selector: 'edge',
      style: {
        width: edge => edge.data('kind') === 'runtime' || edge.data('kind') === 'asks' ? 2.5 : 1.2, 'line-style': edge => dashed(edge.data('kind')) ? 'dashed' : 'solid', 'line-color': color('quiet'), 'curve-style': 'bezier',
        'target-arrow-shape': 'triangle', 'target-arrow-color': color('quiet'), 'arrow-scale': .8, opacity: .55,
      },
    },
    { selector: '.far', style: { opacity: .13 } },
    { selector: 'node.chosen', style: { 'border-width': 3, 'border-color': color('accent') } },
    { selector: 'edge.near', style: { 'line-color': color('accent'), 'target-arrow-color': color('accent'), opacity: 1, width: 2.5, 'z-index': 9 } },
    { selector: '.gone', style: { display: 'none' } },
  ];

  const draw = () => {
    const area = byId('graph');
    const at = places();
    drawing = cytoscape({
      container: area, style: style(), layout: { name: 'preset' }, minZoom: .03, maxZoom: 3, wheelSensitivity: .3, boxSelectionEnabled: false, autounselectify: true,
      elements: [
        ...[...nodes.values()].map(node => ({ data: { id: node.id, kind: node.kind, label: label(node), width: at(node.id).width, height: at(node.id).height }, position: { x: at(node.id).x, y: at(node.id).y } })),
        ...data.edges.map((edge, i) => ({ data: { id: 'e' + i, source: edge.from, target: edge.to, kind: edge.kind } })),
      ],
    });
    drawing.on('tap', 'node', event => choose(event.target.id(), false));
    drawing.on('tap', event => {
      if (event.target === drawing) {
        drawing.elements().removeClass('far near chosen');
      }
    });
    start();
  };

  // A large graph shown whole cannot be read: it begins at its asked-for end, at a size that can. A small one leaves its room to the table.
  const start = () => {
    drawing.fit(undefined, 12);
    if (drawing.zoom() > 1.2) {
      drawing.zoom(1.2);
    }

    const needed = drawing.elements().renderedBoundingBox().h + 130;
    if (needed < byId('graph').clientHeight) {
      byId('view').style.setProperty('--height', Math.max(needed, 330) + 'px');
      drawing.resize();
    }

    drawing.center();
    if (drawing.zoom() < .35) {
      const roots = drawing.nodes().roots();
      drawing.zoom(.6);
      drawing.center(roots.nonempty() ? roots : drawing.nodes().first());
      drawing.panBy(isTall() ? { x: 0, y: -drawing.height() * .35 } : { x: -drawing.width() * .3, y: 0 });
    }
  };

  const highlight = isCentered => {
    if (!drawing) {
      return;
    }

    const node = drawing.getElementById(chosen);
    const near = node.closedNeighborhood();
    drawing.batch(() => {
      drawing.elements().removeClass('near chosen').addClass('far');
      near.removeClass('far').edges().addClass('near');
      node.addClass('chosen');
    });
    if (isCentered) {
      drawing.animate({ center: { eles: node }, zoom: Math.max(drawing.zoom(), .7) }, { duration: 250 });
    }
  };

  // --- search, kinds of edges, order of the table

  const textOf = node => [node.name, node.version, ...node.needs.flatMap(edge => edge.reasons.flatMap(reason => [reason.what || '', ...reason.files]))].join('\n').toLowerCase();

  const search = () => {
    const text = byId('search').value.trim().toLowerCase();
    const found = [...nodes.values()].filter(node => {
      const isFound = (node.text ??= textOf(node)).includes(text);
      node.row.hidden = !isFound;
      return isFound;
    });
    byId('found').textContent = text ? `${found.length} of ${nodes.size}` : '';
    if (drawing) {
      drawing.batch(() => {
        drawing.elements().removeClass('near chosen').toggleClass('far', text !== '');
        found.forEach(node => drawing.getElementById(node.id).removeClass('far'));
      });
      const shown = drawing.nodes().filter(node => !node.hasClass('far'));
      if (text && shown.nonempty()) {
        drawing.fit(shown, 60);
        if (drawing.zoom() > 1) {
          drawing.zoom(1);
          drawing.center(shown);
        }
      }
    }
  };

  const filters = () => {
    const kinds = [...new Set(data.edges.map(edge => edge.kind))].sort();
    const svg = kind => `<svg viewBox="0 0 32 10" aria-hidden="true"><path d="M0 5H30M25 1l5 4-5 4" fill="none" stroke="currentColor" stroke-width="${kind === 'runtime' || kind === 'asks' ? 3 : 1.5}"${dashed(kind) ? ' stroke-dasharray="4 3"' : ''}/></svg>`;
    byId('kinds').append(...kinds.map(kind => {
      const box = element('input', { type: 'checkbox', checked: true });
      box.addEventListener('change', () => drawing && drawing.edges().filter(edge => edge.data('kind') === kind).toggleClass('gone', !box.checked));
      const made = element('label', {}, box);
      made.insertAdjacentHTML('beforeend', svg(kind));
      made.append(kind);
      return made;
    }));
  };

  const sortable = () => {
    const body = document.querySelector('#packages tbody');
    const columns = [[0, (a, b) => a.id < b.id ? -1 : 1], [2, (a, b) => (b.bytes ?? b.debBytes ?? -1) - (a.bytes ?? a.debBytes ?? -1)]];
    const heads = document.querySelectorAll('#packages thead th');
    for (const [column, order] of columns) {
      const head = heads[column];
      const button = element('button', { type: 'button', textContent: head.textContent, title: 'Sort by this' });
      head.replaceChildren(button);
      head.setAttribute('aria-sort', column === 0 ? 'ascending' : 'none');
      button.addEventListener('click', () => {
        columns.forEach(([other]) => heads[other].setAttribute('aria-sort', 'none'));
        head.setAttribute('aria-sort', column === 0 ? 'ascending' : 'descending');
        body.append(...[...nodes.values()].sort(order).map(node => node.row));
      });
    }
  };

  // --- put together

  byId('tools').hidden = byId('view').hidden = false;
  filters();
  sortable();
  byId('search').addEventListener('input', search);
  byId('fit').addEventListener('click', () => drawing && drawing.animate({ fit: { padding: 12 } }, { duration: 200 }));
  const zoom = factor => drawing && drawing.zoom({ level: drawing.zoom() * factor, renderedPosition: { x: drawing.width() / 2, y: drawing.height() / 2 } });
  byId('in').addEventListener('click', () => zoom(1.4));
  byId('out').addEventListener('click', () => zoom(1 / 1.4));
  for (const node of nodes.values()) {
    node.row.addEventListener('click', event => event.target.closest('a, summary, details') || choose(node.id, true));
  }

  document.addEventListener('keydown', event => {
    if (event.key === '/' && document.activeElement !== byId('search')) {
      event.preventDefault();
      byId('search').focus();
    }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawing && drawing.style(style()));

  if (nodes.size > LARGEST_DRAWING) {
    const button = element('button', { type: 'button', textContent: `Draw ${nodes.size} packages (this may take minutes)` });
    button.addEventListener('click', () => { byId('graph').replaceChildren(); draw(); });
    byId('graph').append(button);
  } else {
    draw();
  }

  const named = [...nodes.values()].find(node => '#' + node.row.id === location.hash);
  if (named) {
    choose(named.id, true);
  }
})();
