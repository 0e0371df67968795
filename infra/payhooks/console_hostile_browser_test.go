//go:build browser

package main

import (
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// attacks are texts that others choose, each in one field after the other.
var attacks = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(2)>`, `javascript:alert(3)`, `{{.}}`, `" hx-get="/help" hx-trigger="load`,
	"\u202eevil\u202c", "a\u0000b", "\U0001f469\u200d\U0001f680", `=cmd()`, `</div></main><h1>mine</h1>`, "<a href=/static/icon.svg>x</a>",
}

// hostileTexts shows events full of them.
func hostileTexts(o *rig, b browser) {
	begin := time.Now().Add(-time.Second)
	text := strings.Join(attacks, " ") + strings.Repeat("W", 10_000)
	f := filling{text, `"><script>alert(4)</script>@example.com`, map[string]any{"order_id": attacks[1], attacks[0]: text, "note": text}}
	o.deliver(o.filled(f))
	found, _, err := event.Collect(event.ReceivedBetween(o.Context(), o.Tables, begin, time.Now().Add(time.Hour)))
	if err != nil || len(found) < 20 {
		o.Fatalf("%d events, %v", len(found), err)
	}
	p := b.tab(o.T, o.stack.Console, wide)
	seen := map[string]bool{}
	for _, path := range append(o.pages(), "/events?q="+"%22%3E%3Cimg%20src%3Dx%3E", "/find?q=%3Cscript%3Ealert(5)%3C%2Fscript%3E", "/events?type=%22%3E%3Cscript%3Ealert(6)") {
		o.unharmed(p, path)
	}
	for _, s := range found {
		if !seen[s.Type] {
			seen[s.Type] = true
			o.unharmed(p, "/events/"+s.ID)
		}
	}
}

// unharmed opens a page that has texts of others.
func (o *rig) unharmed(p *tab, path string) {
	o.Helper()
	p.open(path)
	p.until(`document.readyState === 'complete'`)
	if odd := eval[[]string](p, `[...document.querySelectorAll('script:not([src^="/static/"]), img, iframe:not([sandbox]), object, embed, base, style, h1 ~ h1, [hx-get], [onerror], [onload], a[href^="javascript"], main h1:nth-of-type(2)')].map(e => e.outerHTML.slice(0, 200))`); len(odd) > 0 {
		o.Errorf("%s: the page has elements that no template wrote: %q", path, odd)
	}
	if wide := eval[string](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth ? document.documentElement.scrollWidth + ' of ' + document.documentElement.clientWidth + ': ' + [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth).slice(0, 3).map(e => e.tagName + '.' + e.className).join(', ') : ''`); wide != "" {
		o.Errorf("%s scrolls sideways: %s", path, wide)
	}
	if hidden := eval[bool](p, `/[\u202a-\u202e\u2066-\u2069\u0000]/.test(document.documentElement.innerText)`); hidden {
		o.Errorf("%s has characters that hide something", path)
	}
	p.clean(path)
}
