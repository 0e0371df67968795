// What needs a script: live rows, copying, keys, dialogs and the search in a payload.
// Every page works without it.
(() => {
  'use strict'
  const root = document.documentElement
  root.classList.add('js')
  const $ = (s, in_ = document) => in_.querySelector(s)
  const all = (s, in_ = document) => [...in_.querySelectorAll(s)]

  // The reader's zone, times and theme.
  const prefs = $('.rail .prefs')
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const keep = reload => fetch('/prefs', { method: 'POST', body: new URLSearchParams(new FormData(prefs)), redirect: 'manual' })
    .then(() => reload && location.reload())
  if (zone && document.body.dataset.zone !== zone) { prefs.zone.value = zone; keep(false) }
  document.addEventListener('change', e => {
    if (!e.target.closest('.prefs')) return
    if (!prefs.contains(e.target)) prefs.elements[e.target.name].value = e.target.value
    keep(e.target.name === 'times')
  })

  // Copying, menus and dialogs.
  document.addEventListener('click', e => {
    const copy = e.target.closest('[data-copy]')
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy)
      say('Copied')
    }
    if (e.target.closest('[data-copy-link]')) { navigator.clipboard.writeText(location.href); say('Copied') }
    for (const m of all('details.menu[open]')) if (!m.contains(e.target)) m.open = false
    const link = e.target.closest('a[data-dialog]')
    if (link && !e.ctrlKey && !e.metaKey && e.button === 0) { e.preventDefault(); ask(link.href) }
    if (e.target.closest('[data-close]') && dialog.open) { e.preventDefault(); dialog.close() }
  })
  const dialog = $('#dialog')
  async function ask (url) {
    const r = await fetch(url)
    const page = new DOMParser().parseFromString(await r.text(), 'text/html')
    const inside = $('.dialog', page) ?? $('.message', page)
    if (!inside) { location.href = url; return }
    dialog.replaceChildren(document.adoptNode(inside))
    dialog.setAttribute('aria-label', $('h1, h2', dialog)?.textContent ?? 'Dialog')
    dialog.showModal()
    ;($('[data-close]', dialog) ?? dialog).focus()
  }
  dialog.addEventListener('click', e => { if (e.target === dialog) dialog.close() })
  // Enter cancels, unless a person has gone to a field or a button of the dialog.
  const region = document.body.appendChild(document.createElement('div'))
  region.className = 'sr'
  region.setAttribute('role', 'status')
  const say = text => { region.textContent = ''; setTimeout(() => { region.textContent = text }, 20) }

  // A line that loads says so after a while.
  const bar = $('.bar')
  let busy
  document.addEventListener('submit', () => { busy = setTimeout(() => { bar.hidden = false }, 300) })
  window.addEventListener('pageshow', () => { clearTimeout(busy); bar.hidden = true })

  // What a reader has opened or closed stays so when its page changes.
  window.htmx.registerExtension('opened', { htmx_before_morph_attr: (e, detail) => !(e.tagName === 'DETAILS' && detail.attrName === 'open') })

  // Live rows. New ones wait while a person reads: their place must not move.
  let held = null; let paused = false
  const arrived = new Set(); let gap = false // there were more than a message has
  const rows = in_ => all('tr.row', in_)
  const reading = () => {
    const list = $('#rows')
    return list && (paused || window.scrollY > 8 || list.contains(document.activeElement) || $('.row.here', list) || $('[aria-selected]', list) || !getSelection().isCollapsed)
  }
  document.addEventListener('htmx:sse:before:message', e => {
    const m = e.detail.message
    if (m.event || !m.data) return
    if (document.querySelector('details.menu[open], #page :focus:is(input, select, textarea)') && !$('#rows')) { e.detail.cancelled = true; return }
    if (!reading()) { held = null; arrived.clear(); gap = false; return }
    const next = document.createElement('template')
    next.innerHTML = m.data
    const known = new Set(rows(document).map(r => r.id))
    const content = next.content.firstElementChild?.content ?? next.content
    const now = rows(content).map(r => r.id)
    const before = arrived.size
    gap ||= before > 0 ? !now.some(id => arrived.has(id)) : !now.some(id => known.has(id))
    for (const id of now) if (!known.has(id)) arrived.add(id)
    held = m.data
    e.detail.cancelled = true
    for (const r of rows(content)) { const old = document.getElementById(r.id); if (old && !old.contains(document.activeElement)) update(old, r) }
    news(arrived.size)
  })
  const update = (old, now) => { for (const cell of ['stat', 'dels', 'what']) { const a = $('.' + cell, old); const b = $('.' + cell, now); if (a && b && a.innerHTML !== b.innerHTML) a.innerHTML = b.innerHTML } }
  const news = n => {
    const b = $('.news')
    if (!b) return
    b.hidden = n === 0
    b.textContent = b.dataset.noun ? 'Show what has changed' : `Show ${n}${gap ? ' or more' : ''} new event${n === 1 ? '' : 's'}`
  }
  const show = () => {
    if (!held) return
    const text = held; held = null; arrived.clear(); gap = false
    for (const r of all('.row.here')) r.classList.remove('here')
    document.activeElement?.blur()
    window.scrollTo(0, 0)
    const t = document.createElement('template')
    t.innerHTML = text
    const content = t.content.firstElementChild?.innerHTML ?? ''
    window.htmx.swap({ sourceElement: $('#page'), target: $('#page'), text: content, swap: 'innerMorph' })
  }
  document.addEventListener('click', e => { if (e.target.closest('.news')) show(); if (e.target.closest('[data-pause]')) pause() })
  function pause () { paused = !paused; const b = $('[data-pause]'); if (b) b.firstChild.data = paused ? 'Resume ' : 'Pause '; say(paused ? 'Paused' : 'Live'); if (!paused) show() }
  const state = (live, text) => { for (const l of all('.live')) { l.classList.toggle('lost', !live); $('.word', l).textContent = text } }
  let lostAt = null
  const lost = seconds => { lostAt ??= new Date(); state(false, `Not live since ${lostAt.toTimeString().slice(0, 5)}, trying again in ${seconds} s`) }
  for (const name of ['connection', 'message']) document.addEventListener('htmx:sse:after:' + name, () => { lostAt = null; state(true, 'Live') })
  document.addEventListener('htmx:sse:before:connection', e => { const c = e.detail.connection; if (c.attempt > 0 && !document.hidden) lost(Math.min(60, Math.ceil(0.5 * 2 ** (c.attempt - 1)))) })
  document.addEventListener('htmx:error', e => { // the first connection failed: nothing else tries again
    const stream = e.target.closest?.('.stream')
    if (!stream || stream._htmx?.sse) return
    lost(4)
    setTimeout(() => window.htmx.ajax('GET', stream.getAttribute('hx-sse:connect'), { source: stream }), 4000)
  })
  const trouble = text => { const n = $('#trouble'); if (n) { n.textContent = text; n.hidden = text === '' } }
  document.addEventListener('trouble', e => trouble(decodeURIComponent(e.detail.data)))
  document.addEventListener('htmx:sse:before:message', e => { if (!e.detail.message.event) trouble('') })
  document.addEventListener('replaced', () => state(false, 'Not live: another page of this session is'))
  setInterval(() => {
    for (const t of all('time.ago')) {
      const s = (Date.now() - new Date(t.dateTime)) / 1000
      t.textContent = s < 5 ? 'just now' : s < 60 ? `${Math.floor(s)} s ago` : s < 7200 ? `${Math.floor(s / 60)} min ago` : s < 172800 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86400)} days ago`
    }
  }, 30000)

  // The search in a payload.
  document.addEventListener('input', e => {
    const target = e.target.dataset?.search
    if (!target) return
    const text = e.target.value.toLowerCase()
    const lines = all('span', $(target))
    let n = 0
    for (const l of lines) { const hit = text !== '' && l.textContent.toLowerCase().includes(text); l.classList.toggle('hit', hit); n += hit }
    $('.hits', e.target.parentNode).textContent = text === '' ? '' : `${n} line${n === 1 ? '' : 's'}`
    $('.hit', $(target))?.scrollIntoView({ block: 'nearest' })
  })

  // Keys. None changes anything.
  let chord = false
  const at = () => rows(document).findIndex(r => r.classList.contains('here'))
  const go = (i, scroll = true) => {
    const list = rows(document)
    if (!list.length || i < 0 && !scroll) return
    for (const r of list) r.classList.remove('here')
    const r = list[Math.max(0, Math.min(list.length - 1, i))]
    r.classList.add('here')
    if (scroll) r.scrollIntoView({ block: 'nearest' })
  }
  const here = () => $('.row.here')
  const idOf = r => $('a[href^="/events/"]', r)?.pathname.slice('/events/'.length) ?? $('.id', r)?.textContent
  const open = (tab) => { const a = here() && $('.type a, a', here()); if (a) tab ? window.open(a.href, '_blank', 'noopener') : location.assign(a.href) }
  const pages = { o: '/', e: '/events', t: '/timeline', n: '/attention', s: 'State', l: 'Local' }
  const leave = key => { const p = pages[key]; const a = all('.rail nav a').find(l => l.getAttribute('href') === p || l.textContent.trim().startsWith(p)); if (a) location.assign(a.href) }
  const acts = {
    '/': () => $('.find input')?.focus(), j: () => go(at() + 1), k: () => go(at() - 1), Enter: () => open(false), o: () => open(true),
    x: () => { const b = here() && $('input[type=checkbox]', here()); if (b) b.click(); else if (here()) here().toggleAttribute('aria-selected') },
    '[': () => history.back(), ']': () => $('a.older')?.click(), n: show, l: pause,
    y: () => { const id = here() ? idOf(here()) : $('.crumb .id')?.textContent; if (id) { navigator.clipboard.writeText(id); say('Copied ' + id) } },
    r: () => (here() && $('a[data-dialog]', here()) || $('a[data-dialog]'))?.click(),
    u: () => { const o = all('input[name=times]', prefs).find(i => !i.checked); if (o) o.click() },
    '?': () => location.assign('/help'),
    Escape: () => { for (const r of all('.row.here')) r.classList.remove('here'); for (const r of all('tr[aria-selected]')) r.removeAttribute('aria-selected') }
  }
  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || dialog.open) return
    if (e.target.closest('input, select, textarea')) { if (e.key === 'Escape') e.target.blur(); return }
    if (!('keys' in document.body.dataset) && e.key !== 'Escape') return
    if (chord) { chord = false; leave(e.key); return }
    if (e.key === 'g') { chord = true; setTimeout(() => { chord = false }, 1500); return }
    if (e.key === 'Enter' && (!here() || e.target.closest('a, button, summary'))) return
    const act = acts[e.key]
    if (act) { e.preventDefault(); act() }
  })

  // Back returns to the row and the selection that were left; the browser keeps the place.
  const left = 'left ' + location.pathname + location.search
  const boxes = () => all('.causes input[name=group]')
  window.addEventListener('pagehide', () => {
    const was = { row: here()?.id, rows: all('tr.row[aria-selected]').map(r => r.id), boxes: boxes().filter(b => b.checked).map(b => b.value) }
    if (was.row || was.rows.length || was.boxes.length) sessionStorage.setItem(left, JSON.stringify(was)); else sessionStorage.removeItem(left)
  })
  window.addEventListener('load', () => {
    const was = JSON.parse(sessionStorage.getItem(left))
    if (!was || performance.getEntriesByType('navigation')[0]?.type !== 'back_forward') return
    go(rows(document).findIndex(r => r.id === was.row), false)
    for (const r of rows(document)) if (was.rows.includes(r.id)) r.setAttribute('aria-selected', '')
    for (const b of boxes()) if (was.boxes.includes(b.value) && !b.checked) b.click()
  })

  // The page of several that is shown is in view where the others leave it no room.
  for (const a of all('nav [aria-current]')) { const nav = a.closest('nav'); nav.scrollLeft = a.offsetLeft - nav.offsetLeft - 24 }
})()
