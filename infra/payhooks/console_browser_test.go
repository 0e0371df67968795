//go:build browser

package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium without a window.
type browser struct{ ctx context.Context } //nolint:containedctx // chromedp's is the browser

func newBrowser(t *testing.T) browser {
	t.Helper()
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Fatal("no Chromium on the PATH: apt-get install chromium, or set CHROME to one")
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Headless,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.DisableGPU, chromedp.Flag("user-data-dir", t.TempDir()))
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); end() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return browser{ctx}
}

// look is how a page is looked at.
type look struct {
	width, height int64
	dark          bool
	noScript      bool
}

var (
	wide   = look{width: 1440, height: 900}
	narrow = look{width: 375, height: 800}
	looks  = []look{wide, {width: 1440, height: 900, dark: true}, narrow, {width: 375, height: 800, dark: true}}
)

func (l look) String() string {
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	return fmt.Sprintf("%d %s", l.width, scheme)
}

// tab is one page of a browser, and what went wrong in it.
type tab struct {
	*testing.T
	ctx  context.Context //nolint:containedctx // chromedp's is the tab
	base string

	mu       sync.Mutex
	problems []string
	requests []string // addresses
	bytes    map[network.RequestID]float64
}

// tab opens one that looks at the console at base.
func (b browser) tab(t *testing.T, base string, l look) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(func() { late(); stop() })
	p := &tab{T: t, ctx: ctx, base: base, bytes: map[network.RequestID]float64{}}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 500})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if l.noScript { // the tests' own run all the same
		call(p, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: base + "/static/*.js", Block: true}}})
	}
	return p
}

// call sends a command of the protocol.
func call[P, R any](p *tab, cmd cdp.Command[P, R], params P) R {
	p.Helper()
	r, err := chromedp.Call(p.ctx, cmd, params)
	if err != nil {
		p.Fatal(err)
	}
	return r
}

// listen keeps what no page of the console may cause.
func (p *tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, "exception: "+described(ev.ExceptionDetails))
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError && !strings.Contains(ev.Entry.Text, "status of 4") {
			p.problems = append(p.problems, "log: "+ev.Entry.Text+" "+ev.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			p.problems = append(p.problems, "console: "+fmt.Sprint(ev.Args))
		}
	case *page.EventJavascriptDialogOpening:
		p.problems = append(p.problems, "dialog: "+ev.Message)
		go func() {
			_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		}()
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, ev.Request.URL)
		if !strings.HasPrefix(ev.Request.URL, p.base) && !strings.HasPrefix(ev.Request.URL, "data:") && !strings.HasPrefix(ev.Request.URL, "about:") {
			p.problems = append(p.problems, "request to "+ev.Request.URL)
		}
	case *network.EventLoadingFinished:
		p.bytes[ev.RequestID] = ev.EncodedDataLength
	}
}

func described(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

// clean reports what went wrong since the last call.
func (p *tab) clean(where string) {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.Errorf("%s: %s", where, problem)
	}
	p.problems = nil
}

// run does steps of a person.
func (p *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatalf("%v\nat %s", err, p.where())
	}
}

func (p *tab) where() string {
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return at
}

// open shows a path of the console.
func (p *tab) open(path string) {
	p.Helper()
	p.run(chromedp.Navigate(p.base+path), chromedp.WaitReady(chromedp.CSS("#main")))
}

// eval is the value of an expression of the page.
func eval[T any](p *tab, script string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%v: %s\nat %s", err, script, p.where())
	}
	return v
}

// texts are those of the elements.
func (p *tab) texts(selector string) []string {
	p.Helper()
	return eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.innerText.trim())`, selector))
}

// until waits for an expression to be true.
func (p *tab) until(script string) {
	p.Helper()
	for range 100 {
		if eval[bool](p, script) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.Fatalf("never true at %s, %s: %s", p.where(), eval[string](p, `document.visibilityState + ' ' + [...document.querySelectorAll('.live .word, #trouble:not([hidden]), .news:not([hidden])')].map(e => e.textContent).join('; ')`), script)
}

// press clicks on the first such element.
func (p *tab) press(selector string) {
	p.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q) !== null`, selector))
	p.run(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).click()`, selector)))
}

// at is the path and query that the tab shows.
func (p *tab) at() string {
	u, err := url.Parse(p.where())
	if err != nil {
		p.Fatal(err)
	}
	return u.RequestURI()
}

// picture writes a screenshot of the whole page into the folder SHOTS, if that is set.
func (p *tab) picture(name string) {
	p.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name+".png", png, 0o600); err != nil {
		p.Fatal(err)
	}
}
