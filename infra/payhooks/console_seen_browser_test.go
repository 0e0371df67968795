//go:build browser

package main

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// accessible runs axe-core on every page in every look, and with a dialog open.
func accessible(o *rig, b browser) {
	axe, err := os.ReadFile("../local/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		o.Fatalf("%v: make console-test installs it", err)
	}
	rules, pages := 0, o.pages()
	for _, l := range looks {
		p := b.tab(o.T, o.stack.Console, l)
		for i, path := range pages {
			p.open(path)
			rules += p.violations(string(axe), fmt.Sprintf("%s, %s", path, l))
			p.picture(fmt.Sprintf("page-%d-%d-%t", i, l.width, l.dark))
		}
		p.open("/attention")
		p.press("a[data-dialog]")
		p.until(`document.querySelector('dialog').open`)
		rules += p.violations(string(axe), fmt.Sprintf("a dialog, %s", l))
		p.picture(fmt.Sprintf("dialog-%d-%t", l.width, l.dark))
	}
	o.Logf("%d rules passed", rules)
}

// violations reports those of a page and counts the rules that it passes.
func (p *tab) violations(axe, where string) (passed int) {
	p.Helper()
	p.run(chromedp.Evaluate[chromedp.Void](axe + ";void 0"))
	found := eval[struct {
		Violations []struct {
			ID, Help string
			Nodes    []struct{ HTML string }
		}
		Passes int
	}](p, `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(r => ({ Violations: r.violations.map(v => ({ ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => ({ HTML: n.html })) })), Passes: r.passes.length }))`)
	for _, v := range found.Violations {
		p.Errorf("%s: %s: %s: %v", where, v.ID, v.Help, v.Nodes)
	}
	return found.Passes
}

// states are those that have a shape.
var shapes = []string{"done", "ignored", "pending", "waiting", "parked", "unknown", "quarantined", "dead", "overdue", "refused", "discarded"}

// shapesDiffer draws each shape alone, in black, and compares the pixels.
func shapesDiffer(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/help")
	drawn := map[string][]byte{}
	for _, s := range shapes {
		p.run(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.body.innerHTML = document.querySelector('.sprite').outerHTML + '<div id="one" class="strip"><svg class="%s"><use href="#%[1]s"/></svg></div>'; document.body.className = 'bare'`, s)))
		shot, err := chromedp.Run(p.ctx, chromedp.Screenshot(chromedp.CSS("#one svg")))
		if err != nil {
			o.Fatal(err)
		}
		drawn[s] = grey(o, shot)
	}
	for i, a := range shapes {
		for _, other := range shapes[:i] {
			if n := differing(drawn[a], drawn[other]); n < 12 {
				o.Errorf("%s and %s differ in %d pixels", a, other, n)
			}
		}
	}
	for _, kind := range []emulation.SetEmulatedVisionDeficiencyType{
		emulation.SetEmulatedVisionDeficiencyTypeDeuteranopia, emulation.SetEmulatedVisionDeficiencyTypeProtanopia, emulation.SetEmulatedVisionDeficiencyTypeTritanopia,
	} {
		call(p, emulation.SetEmulatedVisionDeficiency, emulation.SetEmulatedVisionDeficiencyParams{Type: kind})
		p.open("/events")
		p.picture("events-" + string(kind))
	}
}

// grey is whether each pixel is dark.
func grey(o *rig, shot []byte) (dark []byte) {
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		o.Fatal(err)
	}
	r := img.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			red, green, blue, _ := img.At(x, y).RGBA()
			dark = append(dark, byte((red+green+blue)/3>>8))
		}
	}
	return dark
}

func differing(a, b []byte) (n int) {
	for i := range min(len(a), len(b)) {
		if int(a[i])-int(b[i]) > 60 || int(b[i])-int(a[i]) > 60 {
			n++
		}
	}
	return n
}

// zooms looks at 320 px and at a zoom of 200 %, with the text spacing that readers set.
func zooms(o *rig, b browser) {
	for _, l := range []look{{width: 320, height: 640}, {width: 720, height: 450}, narrow} {
		p := b.tab(o.T, o.stack.Console, l)
		for _, path := range o.pages() {
			p.open(path)
			p.run(chromedp.Evaluate[chromedp.Void](`{ const s = new CSSStyleSheet(); s.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }'); document.adoptedStyleSheets = [s] }`))
			if wide := eval[string](p, `document.documentElement.scrollWidth > innerWidth ? document.documentElement.scrollWidth + ' of ' + innerWidth + ': ' + [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth && getComputedStyle(e).position !== 'absolute').slice(0, 3).map(e => e.tagName + '.' + e.className).join(', ') : ''`); wide != "" {
				o.Errorf("%s at %d px scrolls sideways: %s", path, l.width, wide)
			}
			if cut := eval[[]string](p, `[...document.querySelectorAll('.btn, h1, h2, .st, .tabs a')].filter(e => e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 0 && getComputedStyle(e).overflow !== 'visible').map(e => e.innerText)`); len(cut) > 0 {
				o.Errorf("%s at %d px cuts off %s", path, l.width, strings.Join(cut, ", "))
			}
		}
	}
}
