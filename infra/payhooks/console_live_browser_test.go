//go:build browser

package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const arrivals = 200

func liveRows(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/events")
	p.until(`document.querySelector('.live .word').textContent === 'Live'`)
	p.run(chromedp.Evaluate[chromedp.Void](`window.shift = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.shift += e.value }).observe({ type: 'layout-shift', buffered: false }); document.querySelectorAll('tr.row')[5].querySelector('.type a').focus()`))
	place := `(r => [Math.round(r.getBoundingClientRect().y), r.id].join(' '))(document.activeElement.closest('tr'))`
	before := eval[string](p, place)
	first := p.texts("tr.row .type")
	o.must("trigger", "customer.updated", "--count", fmt.Sprint(arrivals))
	p.until(fmt.Sprintf(`/^Show (%d|[0-9]+ or more) new events$/.test(document.querySelector('.news').textContent)`, arrivals))
	if after := eval[string](p, place); after != before || !slices.Equal(p.texts("tr.row .type"), first) {
		o.Errorf("the focused row was at %s and is at %s", before, after)
	}
	if shift := eval[float64](p, `window.shift`); shift != 0 {
		o.Errorf("the layout shifted by %g", shift)
	}
	p.picture("events-new-rows")
	p.run(chromedp.KeyEvent("n"))
	p.until(`document.querySelector('tr.row .type').innerText.trim() === 'customer.updated' && document.querySelector('.news').hidden`)
	p.press(".chips details.menu summary")
	o.must("trigger", "customer.deleted")
	p.until(`document.querySelector('tr.row .type').innerText.trim() === 'customer.deleted'`)
	if !eval[bool](p, `document.querySelector('.chips details.menu').open`) {
		o.Error("an open menu was closed by a new row")
	}
	p.clean("live")
	o.broken(b)
}

// broken loses the stream for a while.
func (o *rig) broken(b browser) {
	o.Helper()
	line := newLine(o)
	p := b.tab(o.T, "http://"+line.Addr().String(), wide)
	p.open("/events")
	p.until(`document.querySelector('.live .word').textContent === 'Live'`)
	line.cut(true)
	p.until(`document.querySelector('.live').classList.contains('lost') && document.querySelector('.live .word').textContent.startsWith('Not live since')`)
	p.picture("events-not-live")
	o.must("trigger", "customer.created")
	time.Sleep(3 * time.Second)
	line.cut(false)
	p.until(`document.querySelector('.live .word').textContent === 'Live' && document.querySelector('tr.row .type').innerText.trim() === 'customer.created'`)
}

// line is one to the console that can be cut.
type line struct {
	net.Listener
	mu   sync.Mutex
	open []net.Conn
	off  bool
}

func newLine(o *rig) *line {
	o.Helper()
	l, err := (&net.ListenConfig{}).Listen(o.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		o.Fatal(err)
	}
	n := &line{Listener: l}
	o.Cleanup(func() { _ = l.Close(); n.cut(true) })
	to := strings.TrimPrefix(o.stack.Console, "http://")
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go n.join(o, c, to)
		}
	}()
	return n
}

// join copies in both directions until the line is cut.
func (n *line) join(o *rig, c net.Conn, to string) {
	far, err := (&net.Dialer{}).DialContext(o.Context(), "tcp", to)
	if err != nil {
		_ = c.Close()
		return
	}
	n.mu.Lock()
	n.open = append(n.open, c, far)
	off := n.off
	n.mu.Unlock()
	if off {
		n.cut(true)
	}
	go func() { _, _ = io.Copy(far, c); _ = far.Close() }()
	_, _ = io.Copy(c, far)
	_ = c.Close()
}

func (n *line) cut(off bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off = off; off {
		for _, c := range n.open {
			_ = c.Close()
		}
		n.open = nil
	}
}

func keysWork(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	here := `[...document.querySelectorAll('tr.row')].findIndex(r => r.classList.contains('here'))`
	press := func(keys string) {
		p.until(`document.readyState === 'complete'`)
		p.run(chromedp.KeyEvent(keys))
	}
	p.open("/events")
	for i, c := range []struct {
		keys string
		row  int
	}{{"j", 0}, {"jj", 2}, {"k", 1}} {
		if press(c.keys); eval[int](p, here) != c.row {
			o.Errorf("%d: after %s row %d is chosen", i, c.keys, eval[int](p, here))
		}
	}
	press("x")
	if !eval[bool](p, `document.querySelector('tr.row.here').hasAttribute('aria-selected')`) {
		o.Error("x selects nothing")
	}
	id := eval[string](p, `document.querySelector('tr.row.here .type a').pathname`)
	press("\r")
	p.until(`location.pathname.startsWith('/events/evt_')`)
	if p.at() != id {
		o.Errorf("Enter leads to %s instead of %s", p.at(), id)
	}
	press("[")
	p.until(`location.pathname === '/events' && document.querySelector('tr.row.here')?.hasAttribute('aria-selected') === true`)
	if eval[int](p, here) != 1 {
		o.Errorf("back in the list row %d is chosen, not the one that was left", eval[int](p, here))
	}
	press("\x1b")
	if eval[bool](p, `!!document.querySelector('tr.row.here, tr[aria-selected]')`) {
		o.Error("Esc clears nothing")
	}
	p.copies(press)
	press("/")
	if !eval[bool](p, `document.activeElement.name === 'q'`) {
		o.Error("/ focuses nothing")
	}
	press("jl?")
	if at, typed := p.at(), eval[string](p, `document.activeElement.value`); at != "/events" || !strings.HasSuffix(typed, "jl?") {
		o.Errorf("typing %q did something: %s", typed, at)
	}
	press("\x1b")
	press("]")
	p.until(`location.search.includes('before=')`)
	press("go")
	p.until(`location.pathname === '/'`)
	press("ge")
	p.until(`location.pathname === '/events'`)
	press("l")
	p.until(`document.querySelector('[data-pause]').textContent.startsWith('Resume')`)
	press("?")
	p.until(`location.pathname === '/help'`)
	p.clean("keys")
	switchesZone(o, b)
}

// copies tries the keys that copy an id and that open a tab.
func (p *tab) copies(press func(string)) {
	p.Helper()
	eval[bool](p, `navigator.clipboard.writeText = text => { window.copied = text }, window.open = (...how) => { window.opened = how.join(' ') }, true`)
	press("jy")
	link := eval[string](p, `document.querySelector('tr.row.here .type a').href`)
	id := strings.TrimPrefix(strings.SplitN(link, "?", 2)[0], p.base+"/events/")
	if got := eval[string](p, `window.copied ?? ''`); got != id {
		p.Errorf("y copies %q, the row is %s", got, id)
	}
	press("o")
	if got := eval[string](p, `window.opened ?? ''`); got != link+" _blank noopener" {
		p.Errorf("o opens %q", got)
	}
	press("\x1b")
}

// switchesZone tries the key for UTC or the reader's zone.
func switchesZone(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kolkata"})
	p.open("/events")
	p.open("/events") // with the zone that the first one told
	p.until(`document.readyState === 'complete'`)
	clock := p.texts("tr.row time")[0]
	p.run(chromedp.KeyEvent("u"))
	p.until(`document.querySelector('tr.row time')?.textContent !== '` + clock + `' && document.readyState === 'complete'`)
	at := eval[string](p, `document.querySelector('tr.row time').dateTime`)
	if t, err := time.Parse(time.RFC3339Nano, at); err != nil || p.texts("tr.row time")[0] != t.Add(5*time.Hour+30*time.Minute).Format("15:04:05") {
		o.Errorf("at %s the zone shows %s, before %s: %v", at, p.texts("tr.row time")[0], clock, err)
	}
	p.run(chromedp.KeyEvent("u"))
	p.until(`document.querySelector('tr.row time')?.textContent === '` + clock + `'`)
	p.clean("zone")
}
