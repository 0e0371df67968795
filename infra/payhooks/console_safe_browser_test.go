//go:build browser

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// policyHolds opens every page with a listener for what the policy refuses.
func policyHolds(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.refused = []; document.addEventListener('securitypolicyviolation', e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))`,
	})
	for _, path := range o.pages() {
		p.open(path)
		p.until(`document.readyState === 'complete'`)
		if refused := eval[[]string](p, `window.refused`); len(refused) > 0 {
			o.Errorf("%s: the policy refused %q", path, refused)
		}
		p.clean(path)
	}
}

// foreign is a page of another origin on this machine, and what it tries.
const foreign = `<!doctype html><title>evil</title><iframe src="BASE/events"></iframe><img src="BASE/static/icon.svg"><form method="post" action="BASE/prefs"><input name="theme" value="dark"></form>
<script>
window.got = {}
const tries = {
  fetch: () => fetch('BASE/events').then(r => r.text()),
  nocors: () => fetch('BASE/events', { mode: 'no-cors' }).then(r => { if (r.type !== 'opaque' || r.status) throw r.status; throw 'opaque' }),
  post: () => fetch('BASE/prefs', { method: 'POST', mode: 'no-cors', credentials: 'include', body: new URLSearchParams({ theme: 'dark' }) }).then(() => { throw 'opaque' }),
  stream: () => new Promise((yes, no) => { const e = new EventSource('BASE/live?page=/events'); e.onmessage = yes; e.onerror = no }),
  socket: () => new Promise((yes, no) => { const w = new WebSocket('BASE/live'.replace('http', 'ws')); w.onopen = yes; w.onerror = no }),
  image: () => new Promise((yes, no) => { const i = document.images[0]; if (i.complete) i.naturalWidth ? yes() : no(); i.onload = yes; i.onerror = no }),
  script: () => new Promise((yes, no) => { const s = document.createElement('script'); s.src = 'BASE/static/app.js'; s.onload = yes; s.onerror = no; document.head.append(s) }),
  frame: () => new Promise((yes, no) => setTimeout(() => { try { frames[0].document.body.innerText ? yes() : no() } catch (e) { no(e) } }, 500)),
}
Promise.all(Object.entries(tries).map(([name, f]) => f().then(() => { window.got[name] = true }, () => { window.got[name] = false }))).then(() => { window.done = true })
</script>`

func othersGetNothing(o *rig, b browser) {
	page := strings.ReplaceAll(foreign, "BASE", o.stack.Console)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, page)
	}))
	defer srv.Close()
	p := b.tab(o.T, srv.URL, wide)
	p.run(chromedp.Navigate(srv.URL))
	p.until(`window.done === true`)
	for name, got := range eval[map[string]bool](p, `window.got`) {
		if got {
			o.Errorf("%s: a page of another origin got what it asked for", name)
		}
	}
	p.run(chromedp.Evaluate[chromedp.Void](`document.forms[0].submit()`))
	p.until(`location.pathname === '/prefs'`)
	if text := eval[string](p, `document.body.innerText`); !strings.Contains(text, "serves its own pages only") {
		o.Errorf("a form of another origin was answered %q", text)
	}
	host := strings.TrimPrefix(o.stack.Console, "http://localhost")
	for _, name := range []string{"evil.example", "127.0.0.1.nip.io", "console.localhost"} {
		req, err := http.NewRequestWithContext(o.Context(), http.MethodGet, o.stack.Console+"/events", http.NoBody)
		if err != nil {
			o.Fatal(err)
		}
		req.Host = name + host
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			o.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusMisdirectedRequest {
			o.Errorf("under the name %s: %s", req.Host, res.Status)
		}
	}
}

// withoutScript opens pages, sets a filter and changes the theme.
func withoutScript(o *rig, b browser) {
	l := wide
	l.noScript = true
	p := b.tab(o.T, o.stack.Console, l)
	text := func(selector string) string {
		p.until(fmt.Sprintf(`document.querySelector(%q)`, selector) + ` !== null`)
		return strings.Join(p.texts(selector), " ")
	}
	for _, path := range o.pages() {
		p.open(path)
		if len(text("#page")) < 20 {
			o.Errorf("%s is empty", path)
		}
	}
	p.open("/events")
	p.press(".chips details.menu summary")
	p.press(`.chips .choices a[href*="since=1h"]`)
	p.until(`document.querySelector('.chip.on[href="/events"]') !== null`)
	p.press(".rail .dark")
	p.press(".rail .noscript")
	p.until(`document.querySelector('.rail .dark')?.defaultChecked === true`)
	if at := p.at(); !strings.HasPrefix(at, "/events?since=1h") {
		o.Errorf("the switch of themes leads to %s", at)
	}
	p.press(".rail [value=auto]")
	p.press(".rail .noscript")
	p.open(o.pages()[8])
	p.press("form[action$=whole] button")
	if !strings.Contains(text(".foot a[href^='/events/evt_']"), "Mask it") {
		o.Error("the payload cannot be shown without a script")
	}
}
