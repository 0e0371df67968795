// The local pages: a log that stays at its end while one is there, and a list of types that
// narrows while one types. Both work without.
(() => {
  'use strict'
  const at = new WeakMap() // whether a log was at its end
  const log = () => document.querySelector('[data-stick]')
  const isAtEnd = box => box.scrollHeight - box.scrollTop - box.clientHeight < 24
  const stick = () => {
    const box = log()
    if (!box) return
    if (!at.has(box)) {
      at.set(box, true)
      box.addEventListener('scroll', () => at.set(box, isAtEnd(box)), { passive: true })
    }
    if (at.get(box)) box.scrollTop = box.scrollHeight
  }
  new MutationObserver(stick).observe(document.getElementById('page'), { subtree: true, childList: true })
  stick()
  document.addEventListener('click', e => {
    if (!e.target.closest('[data-end]')) return
    const box = log()
    if (box) { at.set(box, true); box.scrollTop = box.scrollHeight }
  })
  document.addEventListener('change', e => { if (e.target.matches('.logfilters select')) e.target.form.requestSubmit() })
  document.addEventListener('input', e => {
    const list = e.target.dataset?.filter && document.querySelector(e.target.dataset.filter)
    if (!list) return
    const text = e.target.value.trim().toLowerCase()
    for (const item of list.children) item.hidden = !item.querySelector('button').value.includes(text)
  })
})()
