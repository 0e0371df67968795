package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// execute runs a command line as its user does, against the stack of DATA_DIR.
func execute(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestAMonthEndsAsItIsToldInBothVersions(t *testing.T) {
	c := startStack(t, "../..")
	r, err := live(command(t), c, tellMonths(9, 98, time.Now()), func(string, ...any) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Broken {
		t.Error(b)
	}
	for _, a := range r.Areas {
		if a.Told == 0 || len(a.Counts) == 0 {
			t.Errorf("the month tells nothing of %s: %+v", a.Name, a)
		}
	}
	if r.Audit.Checked < 100 {
		t.Errorf("the audit checked %d rows", r.Audit.Checked)
	}
	t.Run("listed with the keys of the contract", listsHaveTheirKeys)
}

// listsHaveTheirKeys: scripts rely on these.
func listsHaveTheirKeys(t *testing.T) {
	for _, list := range []struct {
		args           []string
		always, seldom []string
	}{
		{[]string{"events", "list"}, []string{"id", "type", "status", "created", "received", "api_version"}, nil},
		{[]string{"mails"}, []string{"kind", "to", "subject", "text", "html", "event", "key"}, []string{"reference"}},
		{[]string{"orders"}, []string{"order", "status", "currency", "amount", "paid", "refunded", "disputed", "lost", "livemode"}, []string{"reference"}},
		{[]string{"access"}, []string{"customer", "granted", "why", "livemode"}, []string{"product", "feature", "until"}},
		{[]string{"stock"}, []string{"item", "on_hand", "reserved", "back_ordered"}, []string{"livemode"}},
		{[]string{"holds"}, []string{"order", "why", "since", "livemode"}, []string{"reference", "due", "released"}},
		{[]string{"journal"}, []string{"fact", "at", "currency", "entries", "livemode"}, nil},
	} {
		out, err := execute(t, append(list.args, "--json")...)
		if err != nil {
			t.Fatalf("%v: %v", list.args, err)
		}
		seen, n := map[string]int{}, 0
		for d := json.NewDecoder(bytes.NewBufferString(out)); d.More(); n++ {
			var row map[string]any
			if err := d.Decode(&row); err != nil {
				t.Fatalf("%v: %v", list.args, err)
			}
			for k := range row {
				seen[k]++
			}
		}
		for _, k := range slices.Concat(list.always, list.seldom) {
			if n == 0 || seen[k] == 0 || slices.Contains(list.always, k) && seen[k] != n {
				t.Errorf("%v: %d of %d rows have the key %q", list.args, seen[k], n, k)
			}
		}
	}
}
