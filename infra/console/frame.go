package console

import (
	"embed"
	"html/template"
	"io/fs"
	"net/url"
	"strings"
)

//go:embed templates
var files embed.FS

// base has the frame of every page and what pages share.
var base = template.Must(template.New("").Funcs(functions).ParseFS(files, "templates/frame.html", "templates/parts.html"))

// Parse reads the template of a page, which defines "main".
func Parse(fsys fs.FS, names ...string) *template.Template {
	return template.Must(template.Must(base.Clone()).ParseFS(fsys, names...))
}

func parse(names ...string) *template.Template {
	for i, n := range names {
		names[i] = "templates/" + n
	}
	return Parse(files, names...)
}

// frame is what a template gets.
type frame struct {
	*Request
	View
	Tabs, Below []tab
	Stack       string
	Region      string
	Mode        Mode
	Token       string
}

func newFrame(r *Request, v View) frame {
	c := r.console
	return frame{
		Request: r, View: v, Tabs: r.tabs(r.page.Tab), Below: r.below(r.page),
		Stack: c.name(), Region: c.Region, Mode: c.Mode, Token: c.token(r.session),
	}
}

// Here is the path and query of the page.
func (f frame) Here() string { return f.URL.RequestURI() }

// LiveURL is where the page's stream is.
func (f frame) LiveURL() string { return "/live?page=" + url.QueryEscape(f.Here()) }

// Filters are the page's parameters, for the hidden fields of a form.
func (f frame) Filters() url.Values { return f.URL.Query() }

// IsLocal reports whether the stack runs on this machine.
func (f frame) IsLocal() bool { return f.console.isLocal() }

// Ready says how many functions are ready while some are not.
func (f frame) Ready() string {
	if f.console.Ready == nil {
		return ""
	}
	if ready, all := f.console.Ready(); ready < all {
		return count(ready) + " of " + count(all) + " functions are ready."
	}
	return ""
}

// Paid is what the page read.
func (f frame) Paid() string { return f.meter.String() + ", " + duration(since(f.begin)) }

func cutSpace(s string) (before, after string, found bool) { return strings.Cut(s, " ") }

// Tab is the entry of the rail that the page belongs to.
func (f frame) Tab() string { return f.page.Tab }
