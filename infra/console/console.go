// Package console is the operators' pages: what the command line shows and does, in a
// browser on this machine. Every rule is that of package operator; a page reads a URL,
// calls it and shows what it returns.
//
// A page works without script. What scripts add is live rows, copying and keys.
package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/status"
)

// Config is what a console shows.
type Config struct {
	Operator *operator.Operator
	Sources  status.Sources
	// Target is the stack that the pages of the business read; nil in tests of the
	// console's own.
	Target *cli.Target
	Region string
	Mode   Mode
	// Pages are those of the business, besides the console's own.
	Pages      []Page
	References []Reference
	LocalStack LocalStack
	// Key must be in the first URL of a session; empty: no session needs one.
	Key string
	// Ready counts the functions that are ready, and all; nil is a deployed stack.
	Ready func() (ready, all int)
	Now   func() time.Time // nil is time.Now
	Log   *slog.Logger     // nil is slog.Default()
}

// Mode is what the badge beside the stack's name says.
type Mode string

// The modes. A deployed stack is live if its newest events are.
const (
	Live  Mode = "live"
	Test  Mode = "test"
	Local Mode = "local"
)

// Console serves the pages of one stack.
type Console struct {
	Config

	pages   []Page
	mux     *http.ServeMux
	secret  string // signs the tokens of forms
	ops     operations
	live    streams
	badge   badge
	ctx     context.Context //nolint:containedctx // of what is read behind the pages
	end     context.CancelFunc
	behind  sync.WaitGroup
	read    snapshot
	sent    sent
	letters letters
	said    said
}

// New makes the pages of a stack. It reads nothing.
func New(cfg Config) *Console {
	c := &Console{Config: cfg, mux: http.NewServeMux(), secret: rand.Text()}
	c.ctx, c.end = context.WithCancel(context.Background())
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Log = cmp.Or(c.Log, slog.Default())
	c.pages = slices.Concat(own, cfg.Pages, localPages)
	for _, p := range c.pages {
		if !p.Local || c.isLocal() {
			c.mux.Handle(p.Route, c.serve(p))
		}
	}
	c.mux.Handle("GET /static/", http.HandlerFunc(static))
	c.mux.Handle("GET /live", http.HandlerFunc(c.stream))
	c.mux.Handle("/", c.serve(Page{Show: nowhere}))
	return c
}

// own are the console's pages, one file each.
var own = slices.Concat(overviewPages, eventsPages, eventPages, timelinePages, findPages, attentionPages, doPages, opsPages, prefsPages, helpPages)

func (c *Console) isLocal() bool { return c.Mode == Local }

// Close ends what runs in the console, and the streams.
func (c *Console) Close() {
	c.end()
	defer c.behind.Wait()
	c.ops.stop()
	c.live.close()
}

// badge counts what needs a person, for the rail. It is read at most every ten seconds, of
// a deployed stack every minute.
type badge struct {
	mu    sync.Mutex
	at    time.Time
	known status.Status
	read  bool
}

const badgeAge, badgeSlowly = 10 * time.Second, time.Minute

// waiting is how many things need a person, as text; empty for none, or if it cannot be
// read: every page shows it, and the page that lists them says why.
func (c *Console) waiting() string {
	if s, ok := c.counted(); ok && s.Person() > 0 {
		return count(s.Person())
	}
	return ""
}

// counted is what the last count found. No page waits for it.
func (c *Console) counted() (status.Status, bool) {
	c.badge.mu.Lock()
	defer c.badge.mu.Unlock()
	if now := c.Now(); now.Sub(c.badge.at) > c.slowly(badgeAge, badgeSlowly) && c.ctx.Err() == nil {
		c.badge.at = now
		c.behind.Go(c.countWaiting)
	}
	return c.badge.known, c.badge.read
}

// recount has the next page count again: something has changed.
func (c *Console) recount() {
	c.badge.mu.Lock()
	defer c.badge.mu.Unlock()
	c.badge.at = time.Time{}
}

// countWaiting counts as payhooks status does. It receives no dead letter, which would hide
// that from a redrive for a moment.
func (c *Console) countWaiting() {
	ctx, stop := context.WithTimeout(c.ctx, badgeAge)
	defer stop()
	s, err := status.Count(ctx, c.Sources)
	c.badge.mu.Lock()
	defer c.badge.mu.Unlock()
	c.badge.known, c.badge.read = s, err == nil
}

// name is the stack's, as commands take it.
func (c *Console) name() string { return c.Operator.Stack }

// Command is a command line that does the same as a page, for this stack.
func (c *Console) Command(words ...string) string {
	line := "payhooks " + strings.Join(words, " ")
	if !c.isLocal() {
		line += " --stack " + c.name()
	}
	return line
}
