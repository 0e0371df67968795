package trigger

import (
	"errors"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Check finds mistakes of usage in the request and in the names of types and scenarios.
func (q Request) Check(names []string) error {
	snapshots, err := events.Types(q.Version)
	switch {
	case err != nil:
		return cli.Usage("--api-version: %v", err)
	case q.Count < 1:
		return cli.Usage("--count must be 1 or more")
	case q.Account != "" && !event.IsAccount(q.Account):
		return cli.Usage("--account %q: expected acct_…", q.Account)
	}
	for _, name := range names {
		if err := q.checkName(name, snapshots); err != nil {
			return err
		}
	}
	return q.checkAmount(names)
}

// checkName finds a name that is neither of a type in the form that it asks for, nor of
// a scenario.
func (q Request) checkName(name string, snapshots []string) error {
	if _, ok := scenario.Find(name); ok {
		return nil
	}
	types := snapshots
	if q.asThin(name) {
		types = thinTypes(snapshots)
	}
	if slices.Contains(types, q.name(name)) {
		return nil
	}
	form := "in API version " + q.Version
	if q.asThin(name) {
		form = "that is thin"
	}
	if near := cli.Nearest(name, slices.Concat(scenario.Names(), types)); len(near) > 0 {
		return cli.Usage("there is no scenario %q and no sample of such a type %s; did you mean %s?", name, form, strings.Join(near, ", "))
	}
	return cli.Usage("there is no scenario %q and no sample of such a type %s; --list lists all", name, form)
}

// checkAmount finds more events than fake Stripe keeps, where the stack asks for them.
func (q Request) checkAmount(names []string) error {
	n, asks := 0, false
	for _, name := range names {
		s, ok := scenario.Find(name)
		asks = asks || ok || q.asThin(name)
		n += q.Count
		if ok {
			n += q.Count * (len(s.Types(facts.Version(q.Version))) - 1)
		}
	}
	if asks && n > MaxPut {
		return cli.Usage("--count %d: thin events and scenarios can be at most %d events in all, because fake Stripe keeps what they refer to in memory", q.Count, MaxPut)
	}
	return nil
}

// Override sets fields of the types' objects: path=value each. A field that a sample does
// not have is a mistake of usage.
func (q *Request) Override(texts, names []string) error {
	q.Set = nil
	for _, text := range texts {
		o, err := events.ParseOverride(text)
		if err != nil {
			return cli.Usage("--%v", err)
		}
		for _, name := range names {
			if err := q.checkOverride(o, name); err != nil {
				return err
			}
		}
		q.Set = append(q.Set, o)
	}
	return nil
}

func (q Request) checkOverride(o events.Override, name string) error {
	if _, ok := scenario.Find(name); ok {
		return cli.Usage("--override changes the object of one type, and scenario %s has several: trigger the types, or leave it out", name)
	}
	kind := facts.SnapshotType(name)
	if q.asThin(name) && facts.SnapshotType(q.name(name)) == q.name(name) {
		return cli.Usage("--override changes the object of a snapshot, and %s has none", name)
	}
	sample, err := events.Sample(kind, q.Version)
	if err != nil {
		return err
	}
	err = o.Check(sample)
	var none *events.NoField
	if !errors.As(err, &none) {
		return err
	}
	if near := cli.Nearest(none.Path, none.Fields); len(near) > 0 {
		return cli.Usage("--override %s: the sample of %s has no such field; did you mean %s?", none.Path, kind, strings.Join(near, ", "))
	}
	return cli.Usage("--override %s: the sample of %s has no such field; +%[1]s=… adds it", none.Path, kind)
}

// asThin reports whether the type is sent as a thin event.
func (q Request) asThin(name string) bool {
	return q.Thin || strings.HasPrefix(name, "v1.") || strings.HasPrefix(name, "v2.")
}

// name is the type under which what was typed is sent.
func (q Request) name(kind string) string {
	if q.asThin(kind) {
		return thinName(kind)
	}
	return kind
}
