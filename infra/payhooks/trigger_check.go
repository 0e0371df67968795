package main

import (
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/scenario"
)

// check finds mistakes of usage.
func (f *triggerFlags) check(args []string) error {
	_, err := events.Types(f.Version)
	switch {
	case f.list && len(args) == 0 && err == nil:
		return nil
	case f.list && err == nil:
		return cli.Usage("--list lists all: leave out %s", strings.Join(args, " "))
	case len(args) == 0 && err == nil:
		return cli.Usage("expected event types or scenarios, for example payhooks trigger payment or payhooks trigger payment_intent.succeeded; --list lists all")
	case f.duplicate < 0:
		return cli.Usage("--duplicate must be 0 or more")
	}
	if err := f.Check(args); err != nil {
		return err
	}
	for _, name := range args {
		if _, several := scenario.Find(name); f.envelope && (several || len(args) > 1) {
			return cli.Usage("--envelope prints one event: give one event type, not a scenario")
		}
	}
	return f.Override(f.overrides, args)
}
