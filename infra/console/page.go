package console

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Page is one page, or one change that a form asks for.
type Page struct {
	Route string // of a http.ServeMux, as "GET /events"
	Tab   string // the entry of the rail that it belongs to
	// Name is that of a page below State or Local, which the tab lists.
	Name string
	// Local: there is none for a deployed stack.
	Local bool
	// Show returns the page. A POST redirects with Do instead.
	Show func(*Request) (View, error)
	Do   func(*Request) (to string, err error)
}

// Reference finds an object of the business by a text of a person, as 10482 of #10482, in
// a scope or, for nil, in any; event.ErrNotFound if there is none.
type Reference func(r *Request, text string, in *event.Scope) (Found, error)

// Found is an object of the business: the path of its page, and what it is called.
type Found struct{ Path, Name, Status string }

// View is a page that has been read.
type View struct {
	Title string // heading, and the title of the browser's tab
	Body  *template.Template
	Data  any
	// Status of the answer; 0 is 200.
	Status int
	// Live: the page is read again and again, and what changed is sent.
	Live bool
	// Charts: it has any that are drawn by a script.
	Charts bool
	// Scripts are more files of static that the page needs.
	Scripts []string
	// File is the answer instead of a page.
	File *File
}

// File is an answer that has no frame.
type File struct {
	Type   string // as text/csv; charset=utf-8
	Policy string // its Content-Security-Policy; empty is that of every page
	Name   string // under which it is saved; empty for one that is shown
	Body   []byte
}

// The entries of the rail.
const (
	TabOverview  = "Overview"
	TabEvents    = "Events"
	TabTimeline  = "Timeline"
	TabAttention = "Needs a person"
	TabState     = "State"
	TabLocal     = "Local"
)

// tab is an entry of the rail.
type tab struct {
	Name, Path, Icon, Count string
	Current                 bool
}

// tabs are those that have a page. State and Local lead to their first one.
func (r *Request) tabs(current string) (all []tab) {
	for _, t := range []tab{
		{Name: TabOverview, Icon: "home"},
		{Name: TabEvents, Icon: "list"},
		{Name: TabTimeline, Icon: "line"},
		{Name: TabAttention, Icon: "hand", Count: r.console.waiting()},
		{Name: TabState, Icon: "book"},
		{Name: TabLocal, Icon: "desk"},
	} {
		if p := r.console.first(t.Name); p != nil {
			t.Path, t.Current = p.path(), t.Name == current
			all = append(all, t)
		}
	}
	return all
}

// first is the first page of a tab that can be opened without an id.
func (c *Console) first(name string) *Page {
	for i, p := range c.pages {
		if p.Tab == name && p.Show != nil && (!p.Local || c.isLocal()) {
			return &c.pages[i]
		}
	}
	return nil
}

// below are the pages of a tab that have a name, without those of one thing.
func (r *Request) below(current Page) (all []tab) {
	for _, p := range r.console.pages {
		if current.Name != "" && p.Tab == current.Tab && p.Name != "" && p.Show != nil && !strings.Contains(p.Route, "{") && (!p.Local || r.console.isLocal()) {
			all = append(all, tab{Name: p.Name, Path: p.path(), Current: p.Name == current.Name})
		}
	}
	return all
}

// path is where a page without an id is.
func (p Page) path() string {
	_, path, _ := cutSpace(p.Route)
	if path == "/{$}" {
		return "/"
	}
	return path
}

// nowhere is the page of every other path.
func nowhere(r *Request) (View, error) {
	return View{}, &failure{http.StatusNotFound, "There is no page " + r.URL.Path + ".", "The pages are those on the left.", ""}
}
