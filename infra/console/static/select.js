// Selected groups, and the options of a dialog.
(() => {
  'use strict'
  const $ = (s, in_ = document) => in_.querySelector(s)
  const all = (s, in_ = document) => [...in_.querySelectorAll(s)]

  // What is selected. While anything is, live rows wait: see reading in app.js.
  const count = () => {
    const bar = $('.picked')
    if (!bar) return
    const boxes = all('.causes input[name=group]')
    for (const b of boxes) b.closest('tr').toggleAttribute('aria-selected', b.checked)
    const on = boxes.filter(b => b.checked)
    const n = on.reduce((sum, b) => sum + Number(b.dataset.count), 0)
    bar.classList.toggle('on', on.length > 0)
    $('.sum', bar).textContent = `${on.length} group${on.length === 1 ? '' : 's'}, ${n} deliver${n === 1 ? 'y' : 'ies'} selected`
    if (!on.length) $('.news')?.click() // what waited meanwhile
  }
  document.addEventListener('change', e => { if (e.target.name === 'group') count() })
  document.addEventListener('reset', e => { if (e.target.matches('.causes')) setTimeout(count) })
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape' && !$('#dialog').open && $('.picked.on')) $('.causes').reset()
    // The dialog of the selection comes before that of the first row.
    if (e.key === 'r' && 'keys' in document.body.dataset && !e.ctrlKey && !e.metaKey && !e.altKey && $('.picked.on') && !$('.row.here') && !$('#dialog').open && !e.target.closest('input:not([type=checkbox]), select, textarea')) {
      const unknown = all('.causes input:checked').every(b => b.value.split(' ')[1] === 'unknown')
      e.preventDefault()
      e.stopPropagation()
      $(`.picked [formaction$=${unknown ? 'resolve' : 'retry'}]`).click()
    }
  }, true)
  // The page does not leave for a form that opens a dialog, or that reads one again.
  document.addEventListener('submit', e => {
    const to = e.submitter?.getAttribute('formaction')
    const inside = e.target.matches('form.dialog') && e.submitter?.name === 'show'
    if (!inside && !(to && e.target.matches('.causes'))) return
    e.preventDefault()
    e.stopImmediatePropagation()
    if (inside) { again(e.target); return }
    const link = document.createElement('a')
    link.dataset.dialog = ''
    link.href = to + '?' + new URLSearchParams(new FormData(e.target))
    link.hidden = true
    document.body.append(link)
    link.click()
    link.remove()
  }, true)

  // An option changes the command line and the plan: the dialog is read again. So it is
  // when Enter is pressed in a field: no key changes anything by itself.
  let turn = 0
  async function again (form) {
    const q = new FormData(form)
    const typed = form.elements.name?.value
    for (const name of ['token', 'of', 'count', 'name']) q.delete(name)
    const mine = ++turn
    const r = await fetch(form.getAttribute('action') + '?' + new URLSearchParams(q))
    const next = $('.dialog', new DOMParser().parseFromString(await r.text(), 'text/html'))
    if (!next || mine !== turn) return
    const focus = document.activeElement
    const here = form.contains(focus) && focus.name ? [focus.name, focus.value] : null
    form.replaceChildren(...[...next.childNodes].map(n => document.adoptNode(n)))
    if (typed && form.elements.name) form.elements.name.value = typed
    if (here) all('input, textarea', form).find(i => i.name === here[0] && (i.type !== 'checkbox' || i.value === here[1]))?.focus()
  }
  document.addEventListener('change', e => {
    const form = e.target.closest('form.dialog')
    if (form && e.target.name !== 'name') again(form)
  })
})()
