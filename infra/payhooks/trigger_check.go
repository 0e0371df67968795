package main

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

// check finds mistakes of usage.
func (f *triggerFlags) check(args []string) error {
	snapshots, err := events.Types(f.version)
	switch {
	case err != nil:
		return cli.Usage("--api-version: %v", err)
	case f.list && len(args) == 0:
		return nil
	case f.list:
		return cli.Usage("--list lists all: leave out %s", strings.Join(args, " "))
	case len(args) == 0:
		return cli.Usage("expected event types or scenarios, for example payhooks trigger payment or payhooks trigger payment_intent.succeeded; --list lists all")
	case f.count < 1 || f.duplicate < 0:
		return cli.Usage("--count must be 1 or more and --duplicate 0 or more")
	case f.account != "" && !event.IsAccount(f.account):
		return cli.Usage("--account %q: expected acct_…", f.account)
	}
	for _, name := range args {
		if err := f.checkName(name, snapshots); err != nil {
			return err
		}
	}
	if err := f.checkAmount(args); err != nil {
		return err
	}
	return f.checkOverrides(args)
}

// checkName finds a name that is neither of a type in the form that it asks for, nor of
// a scenario.
func (f *triggerFlags) checkName(name string, snapshots []string) error {
	if _, ok := scenario.Find(name); ok {
		return nil
	}
	types := snapshots
	if f.asThin(name) {
		types = thinTypes(snapshots)
	}
	if slices.Contains(types, f.name(name)) {
		return nil
	}
	form := "in API version " + f.version
	if f.asThin(name) {
		form = "that is thin"
	}
	if near := cli.Nearest(name, slices.Concat(scenario.Names(), types)); len(near) > 0 {
		return cli.Usage("there is no scenario %q and no sample of such a type %s; did you mean %s?", name, form, strings.Join(near, ", "))
	}
	return cli.Usage("there is no scenario %q and no sample of such a type %s; --list lists all", name, form)
}

// checkAmount finds more events than fake Stripe keeps, where the stack asks for them.
func (f *triggerFlags) checkAmount(args []string) error {
	n, asks := 0, false
	for _, name := range args {
		s, ok := scenario.Find(name)
		asks = asks || ok || f.asThin(name)
		n += f.count
		if ok {
			n += f.count * (len(s.Types(facts.Version(f.version))) - 1)
		}
		if f.envelope && (ok || len(args) > 1) {
			return cli.Usage("--envelope prints one event: give one event type, not a scenario")
		}
	}
	if asks && n > maxPut {
		return cli.Usage("--count %d: thin events and scenarios can be at most %d events in all, because fake Stripe keeps what they refer to in memory", f.count, maxPut)
	}
	return nil
}

// checkOverrides reads the overrides and finds fields that a sample does not have.
func (f *triggerFlags) checkOverrides(args []string) error {
	f.set = nil
	for _, text := range f.overrides {
		o, err := events.ParseOverride(text)
		if err != nil {
			return cli.Usage("--%v", err)
		}
		for _, name := range args {
			if err := f.checkOverride(o, name); err != nil {
				return err
			}
		}
		f.set = append(f.set, o)
	}
	return nil
}

func (f *triggerFlags) checkOverride(o events.Override, name string) error {
	if _, ok := scenario.Find(name); ok {
		return cli.Usage("--override changes the object of one type, and scenario %s has several: trigger the types, or leave it out", name)
	}
	kind := facts.SnapshotType(name)
	if f.asThin(name) && facts.SnapshotType(f.name(name)) == f.name(name) {
		return cli.Usage("--override changes the object of a snapshot, and %s has none", name)
	}
	sample, err := events.Sample(kind, f.version)
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
func (f *triggerFlags) asThin(name string) bool {
	return f.thin || strings.HasPrefix(name, "v1.") || strings.HasPrefix(name, "v2.")
}

// name is the type under which what was typed is sent.
func (f *triggerFlags) name(kind string) string {
	if f.asThin(kind) {
		return thinName(kind)
	}
	return kind
}
