// Draws figure.chart with uPlot. What it draws is in the attribute data-chart; a live page
// changes that, and the chart takes the new data without being drawn from nothing.
(() => {
  'use strict'
  const charts = new WeakMap()
  const drawn = new Set()
  const token = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()
  // A token is light-dark(a, b), which a canvas does not read: an element resolves it.
  const probe = document.createElement('i')
  probe.hidden = true
  const colour = name => {
    probe.style.color = `var(--${name}, ${token('ink3')})`
    if (!probe.isConnected) document.body.append(probe)
    return getComputedStyle(probe).color
  }
  const font = '12px ' + getComputedStyle(document.body).fontFamily
  const read = figure => { try { return JSON.parse(figure.dataset.chart) } catch { return null } }
  const values = d => [d.x, ...d.series.map(s => s.values)]
  const text = (s, v) => v == null ? '–' : v.toLocaleString('en', { minimumFractionDigits: s.digits ?? 0, maximumFractionDigits: s.digits ?? 2 }) + (s.unit ? ' ' + s.unit : '')
  const utc = () => !!document.querySelector('.prefs [name=times][value=utc]:checked')
  const zone = () => utc() ? 'UTC' : document.body.dataset.zone
  const span = d => d.x.length > 1 ? d.x[d.x.length - 1] - d.x[0] : 0
  const day = d => span(d) > 2 * 86400
  const when = (d, x) => new Date(x * 1000).toLocaleString('en-GB', day(d) ? { day: 'numeric', month: 'short', timeZone: zone() } : { hour: '2-digit', minute: '2-digit', timeZone: zone() })
  const shape = d => JSON.stringify(d.series.map(s => [s.name, s.dashed, s.colour, s.unit]))

  function options (figure, box) {
    const d = () => charts.get(figure).data
    const axis = { stroke: () => colour('ink3'), grid: { stroke: () => colour('line'), width: 1 }, ticks: { show: false }, font, gap: 6 }
    return {
      width: Math.max(200, box.clientWidth),
      height: Math.max(100, box.clientHeight),
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true }, y: { range: (u, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : low < 0 ? 0 : 1] } },
      axes: [
        { ...axis, size: 24, space: 64, values: (u, all) => all.map(x => when(d(), x)) },
        { ...axis, size: (u, all) => Math.max(32, 14 + 7 * Math.max(0, ...(all ?? []).map(v => v.length))), space: 32, values: (u, all) => all.map(v => v.toLocaleString('en')) }
      ],
      series: [{}, ...d().series.map(s => ({
        label: s.name, stroke: () => colour(s.colour || 'accent'), width: 1.5, dash: s.dashed ? [4, 3] : undefined, spanGaps: false,
        points: { size: 4, fill: () => colour(s.colour || 'accent'), filter: (u, i) => lonely(u.data[i]) }
      }))],
      hooks: { setCursor: [u => say(figure, u)] }
    }
  }
  // Values without a neighbour have no line, and are drawn as points.
  const lonely = all => all.map((v, i) => v != null && all[i - 1] == null && all[i + 1] == null ? i : -1).filter(i => i >= 0)

  function say (figure, u) {
    const c = charts.get(figure)
    const i = u.cursor.idx
    const said = i == null || u.cursor.left < 0 ? '' : [when(c.data, c.data.x[i]), ...c.data.series.map(s => `${s.name.toLowerCase()} ${text(s, s.values[i])}`)].join(' · ')
    if (c.out.textContent !== said) c.out.textContent = said
  }

  function draw (figure) {
    const box = figure.querySelector('.plot')
    const old = charts.get(figure)
    const drawnHere = old && box?.contains(old.plot.root)
    if (!box || !window.uPlot || (drawnHere && old.source === figure.dataset.chart)) return
    const data = read(figure)
    if (!data) return
    if (drawnHere && old.shape === shape(data)) {
      old.source = figure.dataset.chart
      old.data = data
      old.plot.setData(values(data))
      return
    }
    old?.plot.destroy()
    box.replaceChildren()
    const out = document.createElement('output')
    box.append(out)
    const c = { data, out, shape: shape(data), source: figure.dataset.chart }
    charts.set(figure, c)
    c.plot = new window.uPlot(options(figure, box), values(data), box)
    drawn.add(figure)
    sizes.observe(box)
  }
  const each = f => { for (const figure of drawn) figure.isConnected ? f(charts.get(figure), figure) : drop(figure) }
  const drop = figure => { charts.get(figure)?.plot.destroy(); charts.delete(figure); drawn.delete(figure) }
  const sizes = new ResizeObserver(() => each((c, figure) => {
    const box = figure.querySelector('.plot')
    if (box && (box.clientWidth !== c.plot.width || box.clientHeight !== c.plot.height)) c.plot.setSize({ width: box.clientWidth, height: box.clientHeight })
  }))
  const all = () => { for (const figure of document.querySelectorAll('figure.chart')) draw(figure); each(() => {}) }
  const repaint = () => each(c => c.plot.redraw(false))
  // What a chart draws itself is no news.
  const news = m => !m.target.closest?.('.plot')
  new MutationObserver(ms => { if (ms.some(news)) all() }).observe(document.getElementById('page') ?? document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-chart'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint)
  document.addEventListener('change', e => { if (e.target.closest('.prefs')) repaint() })
  all()
})()
