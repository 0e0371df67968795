package local_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/scaffold"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
)

// project is a copy of this one in which notify-churn is the only action, and a stack that
// takes up its changes.
type project struct {
	*testing.T

	dir     string
	stack   *local.Stack
	db      *dynamo.Tables
	reloads chan local.Reload

	mu     sync.Mutex
	posted []string // ids of events that were accepted
}

const (
	churned = "customer.subscription.deleted"
	handler = "functions/notify-churn/handle.go"
)

func newProject(t *testing.T) *project {
	t.Helper()
	p := &project{T: t, dir: t.TempDir(), reloads: make(chan local.Reload, 100)}
	if err := checkout.Copy(t.Context(), "../..", p.dir); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(p.dir + "/functions/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if name := filepath.Base(f); !slices.Contains(scaffold.Pipeline, name) {
			p.remove(name)
		}
	}
	p.add(scaffold.Action{Name: "notify-churn", Types: []string{churned}, Effect: scaffold.None, Table: "churns"})
	p.write("internal/greeting/greeting.go", greeting("told"))
	p.write(handler, handling)
	p.start()
	return p
}

// greeting is a package that only notify-churn imports.
func greeting(word string) string {
	return fmt.Sprintf("package greeting\n\n// Word is in the outcome.\nconst Word = %q\n", word)
}

// handling counts how often an event is done, in one row for each.
const handling = `package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/greeting"
)

type row struct{ Times int }

func handle(_ context.Context, e *action.Event[facts.Event]) error {
	e.Outcome(greeting.Word + " once")
	return action.Update(e, "churns", "event", e.ID, func(old row) (row, error) { return row{old.Times + 1}, nil })
}
`

func (p *project) start() {
	p.Helper()
	var err error
	p.stack, err = local.Start(p.Context(), local.Config{
		Dir: p.dir, DataDir: p.TempDir(), Secret: secret, Watch: true,
		Reloaded: func(r local.Reload) { p.reloads <- r },
		Validate: func(ctx context.Context) error {
			problems, err := check.Stack(ctx, p.dir)
			for _, problem := range problems {
				err = errors.Join(err, errors.New(problem))
			}
			return err
		},
	})
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { _ = p.stack.Close() })
	p.db = tables(p.stack.Running)
}

func (p *project) write(name, text string) {
	p.Helper()
	path := filepath.Join(p.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		p.Fatal(err)
	}
}

// edit replaces text of a file, and returns what undoes it.
func (p *project) edit(name, old, now string) (undo func()) {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil || !strings.Contains(string(text), old) {
		p.Fatalf("%s has no %q, %v", name, old, err)
	}
	p.write(name, strings.ReplaceAll(string(text), old, now))
	return func() { p.write(name, string(text)) }
}

func (p *project) add(a scaffold.Action) {
	p.Helper()
	changes, err := scaffold.Add(p.dir, a)
	if err == nil {
		err = scaffold.Write(p.dir, changes)
	}
	if err != nil {
		p.Fatal(a.Name, err)
	}
}

func (p *project) remove(name string) {
	p.Helper()
	changes, err := scaffold.Remove(p.dir, name)
	if err == nil {
		err = scaffold.Write(p.dir, changes)
	}
	if err != nil {
		p.Fatal(name, err)
	}
}

// reloaded waits for what becomes of a change.
func (p *project) reloaded() local.Reload {
	p.Helper()
	select {
	case r := <-p.reloads:
		p.Logf("rebuilt %v, added %v, removed %v in %s: %v", r.Rebuilt, r.Added, r.Removed, r.Took.Round(time.Millisecond), r.Err)
		return r
	case <-time.After(6 * time.Minute):
		p.Fatal("the change is not noticed")
		return local.Reload{}
	}
}

// refused fails unless a change is refused with a sentence.
func (p *project) refused(want string) {
	p.Helper()
	if r := p.reloaded(); r.Err == nil || !strings.Contains(r.Err.Error(), want) || len(r.Rebuilt)+len(r.Added)+len(r.Removed) > 0 {
		p.Errorf("got %+v, want an error with %q", r, want)
	}
}

// post posts a new event and returns its id.
func (p *project) post() string {
	p.Helper()
	body, err := events.Sample(churned, events.Go)
	if err != nil {
		p.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id := fmt.Sprintf("evt_reload%d", len(p.posted))
	_, rest, _ := strings.Cut(string(body), `"id":`)
	_, rest, _ = strings.Cut(rest, ",")
	if code := post(p.Context(), p.stack.API, []byte(`{"id":"`+id+`",`+rest)); code != http.StatusOK {
		p.Errorf("%s is answered %d", id, code)
	}
	p.posted = append(p.posted, id)
	return id
}

// outcome waits until the action is done with a new event.
func (p *project) outcome(action string) event.Delivery {
	p.Helper()
	return p.done(action, p.post())
}

func (p *project) done(action, id string) (d event.Delivery) {
	p.Helper()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var err error
		if d, err = p.db.Delivery(p.Context(), event.DeliveryRef{Action: action, Event: id}); err == nil && d.State == event.Done {
			return d
		}
	}
	p.Errorf("%s has not done %s: %+v", action, id, d)
	return d
}

// posting posts events until stop, as Stripe would.
func (p *project) posting() (stop func()) {
	ctx, cancel := context.WithCancel(p.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			p.post()
			time.Sleep(500 * time.Millisecond)
		}
	})
	return func() { cancel(); wg.Wait() }
}

// allOnce fails for each event that notify-churn did not do exactly once. One that came
// while tell-crm was removed may have it as a subscriber: reconcile ends that later.
func (p *project) allOnce() {
	p.Helper()
	for _, id := range p.posted {
		p.done("notify-churn", id)
	}
	for _, id := range p.posted {
		s, err := p.db.Get(p.Context(), id)
		if err != nil {
			p.Fatal(err)
		}
		row, err := p.db.Load(p.Context(), "churns", s.Key("event", id))
		if err != nil || !strings.Contains(string(row.Data), `"Times":1`) {
			p.Errorf("%s was done %s, %v", id, row.Data, err)
		}
	}
	p.Logf("%d events were posted", len(p.posted))
}
