package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// rarely is the only type of an endpoint whose secret ingest does not know yet: live
// mode has no test clocks, and in test mode next to none is made. So no delivery is
// refused meanwhile.
const rarely = "test_helpers.test_clock.created"

// rollSteps are what a roll does, in order. Each is found by what is there, so that a
// roll that was stopped goes on.
var rollSteps = []struct {
	says string
	do   func(*Connector, context.Context, *roll) error
}{
	{"create a second endpoint with the same URL, for a type that is hardly ever sent, and store both secrets", (*Connector).rollCreate},
	{"wait until every instance of ingest takes the new secret, then give the second endpoint all event types", (*Connector).rollOpen},
	{"disable the first endpoint; what arrives twice is one event", (*Connector).rollClose},
	{"wait for what is under way to the first endpoint, then remove its secret", (*Connector).rollForget},
}

// roll is how far a roll has come.
type roll struct {
	want Connection
	all  []event.Destination
	old  event.Destination
	next event.Destination // the second one; without an id: none yet
	step int               // the first of rollSteps to do
	says *ConnectResult    // what the person has to know
}

// Roll replaces the endpoint by one with another secret, since no call changes that of
// an endpoint.
func (c *Connector) Roll(ctx context.Context, want Connection, yes bool) (ConnectResult, error) {
	at, err := c.rolled(ctx, want)
	if err != nil {
		return ConnectResult{}, err
	}
	r := want.result(&at.old)
	if at.next.ID != "" {
		r.Endpoint = at.next.ID
	}
	for _, s := range rollSteps[at.step:] {
		r.Would = append(r.Would, s.says)
	}
	if !yes {
		return r, nil
	}
	for last := false; !last; {
		s := rollSteps[at.step]
		last, at.says = at.step == len(rollSteps)-1, &r
		c.say(s.says)
		if err := s.do(c, ctx, at); err != nil {
			return r, rollStopped(explain(err))
		}
		r.Changed = true
		if last {
			break // the second one is the only one now
		}
		if at, err = c.rolled(ctx, want); err != nil {
			return r, rollStopped(err)
		}
		r.Endpoint = at.next.ID
	}
	r.Would = nil
	return r, nil
}

func rollStopped(err error) error {
	return fmt.Errorf("%w\nboth secrets work; payhooks connect --roll goes on from here", err)
}

// rolled finds out how far a roll has come.
func (c *Connector) rolled(ctx context.Context, want Connection) (*roll, error) {
	all, err := c.list(ctx, want)
	if err != nil {
		return nil, err
	}
	found := want.current(all)
	at := &roll{want: want, all: all}
	next := slices.IndexFunc(found, func(r registered) bool {
		return slices.ContainsFunc(found, func(o registered) bool { return o.ID == r.Notes[noteReplaces] })
	})
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("there is no endpoint to roll: none at Stripe has the URL %s; payhooks connect creates one", want.URL)
	case next < 0 && len(found) > 1:
		return nil, fmt.Errorf("%d endpoints at Stripe are this stack's (%s): which of them to replace is not known; disable one in Stripe's dashboard and change its URL", len(found), registeredIDs(found))
	case next < 0:
		at.old = found[0].Destination
		return at, nil
	}
	at.next = found[next].Destination
	at.old = found[slices.IndexFunc(found, func(o registered) bool { return o.ID == at.next.Notes[noteReplaces] })].Destination
	at.step = at.reached()
	return at, nil
}

func (at *roll) reached() int {
	switch {
	case registered{at.next}.unfinished():
		return 0
	case len(without(at.want.Types, at.next.Types)) > 0:
		return 1
	case at.old.Enabled:
		return 2
	}
	return 3
}

func (c *Connector) rollCreate(ctx context.Context, at *roll) error {
	if at.next.ID != "" {
		_, err := c.make(ctx, at.want, at.all, at.next, &at.next)
		return err
	}
	if len(at.all) >= MaxDestinations {
		return fmt.Errorf("the account has %d endpoints, and Stripe allows %d; a roll needs one more: delete one in Stripe's dashboard that is not needed any more%s", len(at.all), MaxDestinations, disabled(at.all))
	}
	d := at.want.destination()
	d.Types = []string{rarely}
	if twin, ok := facts.TwinType(rarely); ok && d.Thin {
		d.Types = []string{twin}
	}
	d.Notes[noteReplaces] = at.old.ID
	_, err := c.make(ctx, at.want, at.all, d, nil)
	return err
}

func (c *Connector) rollOpen(ctx context.Context, at *roll) error {
	secrets, err := c.Secrets.Get(ctx, at.want.Endpoint)
	if err != nil {
		return err
	}
	if wrong := at.want.unsigned(at.next, secrets, c.secretName(at.want)); wrong != "" {
		return fmt.Errorf("%s: disable %s in Stripe's dashboard and change its URL, then begin again", wrong, at.next.ID)
	}
	if err := c.Sleep(ctx, c.Settle); err != nil {
		return err
	}
	if at.want.Thin {
		if err := c.test(ctx, at.want, at.next, &ConnectResult{}); err != nil {
			return err
		}
	}
	return c.Destinations.Update(ctx, at.want.Livemode, at.next.ID, event.DestinationChange{Types: at.want.Types})
}

func (c *Connector) rollClose(ctx context.Context, at *roll) error {
	return c.Destinations.Disable(ctx, at.want.Livemode, at.old.ID)
}

// rollForget removes the secret of the first endpoint, and only then notes that it is
// history.
func (c *Connector) rollForget(ctx context.Context, at *roll) error {
	if err := c.Sleep(ctx, c.Grace); err != nil {
		return err
	}
	secrets, err := c.Secrets.Get(ctx, at.want.Endpoint)
	if err != nil {
		return err
	}
	left := at.left(secrets, c.others(ctx, at))
	if len(left) == 0 {
		return errors.New("the secret of the second endpoint is not stored any more: put it back, or begin again with payhooks connect")
	}
	if len(left) == len(secrets) {
		at.says.Next = append(at.says.Next, "which secret was that of "+at.old.ID+" is not known: remove it from "+c.secretName(at.want)+" by hand")
	} else if err := c.Secrets.Put(ctx, at.want.Endpoint, left); err != nil {
		return err
	}
	notes := event.DestinationChange{Notes: map[string]string{noteReplaced: at.next.ID}}
	return c.Destinations.Update(ctx, at.want.Livemode, at.old.ID, notes)
}

// others are all other endpoints and destinations whose secrets the route may have;
// one without a note stands for those that cannot be listed.
func (c *Connector) others(ctx context.Context, at *roll) []event.Destination {
	all, err := c.Others.List(ctx, at.want.Livemode)
	if err != nil {
		all = []event.Destination{{URL: at.want.URL}}
	}
	return slices.DeleteFunc(slices.Concat(at.all, all), func(d event.Destination) bool {
		return d.ID == at.old.ID || d.AWSAccount != ""
	})
}

// left are the secrets that stay. That of an endpoint that was made by hand is not
// known: it is what is left when every other's is, and nothing is removed otherwise.
func (at *roll) left(secrets []string, others []event.Destination) (left []string) {
	note := at.old.Notes[noteSecret]
	unclear := note == "" && slices.ContainsFunc(others, func(d event.Destination) bool {
		return sameURL(d.URL, at.want.URL) && d.Notes[noteSecret] == ""
	})
	for _, s := range secrets {
		f := fingerprint(s)
		known := slices.Contains(at.want.Keep, s) || slices.ContainsFunc(others, func(d event.Destination) bool { return d.Notes[noteSecret] == f })
		if known || unclear || note != "" && f != note {
			left = append(left, s)
		}
	}
	return left
}
