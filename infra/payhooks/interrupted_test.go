package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
)

// breaks is a function that ends its process in another way for each type.
const breaks = `package main

import (
	"context"
	"os"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
)

var kept [][]byte

func handle(_ context.Context, e *action.Event[facts.Event]) error {
	switch e.Type {
	case "customer.created":
		go func() { panic("alice@example.com is no customer") }()
	case "customer.updated":
		os.Exit(3)
	case "customer.deleted":
		for {
			page := make([]byte, 1<<20)
			for i := range page {
				page[i] = 1
			}
			kept = append(kept, page)
		}
	}
	time.Sleep(time.Hour)
	return nil
}
`

func TestEachWayInWhichAFunctionEndsHasItsReason(t *testing.T) {
	dir := copyProject(t)
	t.Chdir(dir)
	types := []string{"customer.created", "customer.updated", "customer.deleted", "product.created"}
	if r := run(t, "new", "breaks", "--events", strings.Join(types, ",")); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if err := os.WriteFile("functions/breaks/handle.go", []byte(breaks), 0o600); err != nil {
		t.Fatal(err)
	}
	shortTimeout(t, "template.yaml")
	c := startStack(t, dir)
	for kind, want := range map[string]string{
		"customer.created": "crash: panic at main.handle.func1:17, ",
		"customer.updated": "exit: the process ended (os.Exit, or killed), ",
		"customer.deleted": "out of memory: ",
		"product.created":  "timeout: the function did not return in time, ",
	} {
		body, err := events.Sample(kind, events.Latest)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
		id := idOf(t, body)
		ref := event.DeliveryRef{Action: "breaks", Event: id}
		for until := began.Add(30 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			if d, err := c.Tables.Delivery(t.Context(), ref); err == nil && d.Error != "" {
				break
			}
		}
		r := run(t, "events", "show", id, "--json")
		var shown struct {
			Deliveries []struct {
				Action, Error string
				History       []event.Attempt
			}
		}
		if err := json.Unmarshal([]byte(r.out), &shown); err != nil {
			t.Fatalf("%v: %+v", err, r)
		}
		for _, d := range shown.Deliveries {
			if d.Action != "breaks" {
				continue
			}
			if !strings.HasPrefix(d.Error, want) || len(d.History) != 1 || d.History[0].Error != d.Error || d.History[0].At.Before(began) {
				t.Errorf("%s: %+v, want %q", kind, d, want)
			}
			t.Logf("%s after %s: %s", kind, time.Since(began).Round(time.Millisecond), d.Error)
		}
	}
}

// shortTimeout gives the new function four seconds.
func shortTimeout(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path) //nolint:gosec // a test's own folder
	if err != nil {
		t.Fatal(err)
	}
	const code = "      CodeUri: functions/breaks\n"
	changed := strings.Replace(string(text), code, code+"      Timeout: 4\n", 1)
	if changed == string(text) {
		t.Fatal("the block has no CodeUri")
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}
