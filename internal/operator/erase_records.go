package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/payhooks/payhooks/internal/event"
)

// recorded finds the deliveries and effects of the events. An action that may be running
// for one of them without a record gets one.
func (f *found) recorded(ctx context.Context) error {
	for _, fs := range f.events {
		if err := f.expect(ctx, fs); err != nil {
			return err
		}
	}
	for after, more := "", true; more; more = after != "" {
		ds, es, next, err := f.Erasure.Records(ctx, after)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return err
		}
		f.skipAll(err)
		for _, d := range ds {
			if f.is(d.Event) {
				f.deliveries[d.Ref()] = d
			}
		}
		for _, e := range es {
			if f.is(e.Event) || names([]byte(e.Key), f.req.Customer) {
				addresses(e.Result, f.marks)
				f.effects = append(f.effects, e)
			}
		}
		f.step(len(ds) + len(es))
		after = next
	}
	return nil
}

// is reports whether the id is that of one of the events, or of one of their forms.
func (f *found) is(id string) bool {
	if _, ok := f.events[id]; ok {
		return true
	}
	return f.marks[id] && eventID.MatchString(id)
}

// expect adds a delivery for each action that the event may be delivered to.
func (f *found) expect(ctx context.Context, fs event.Facts) error {
	actions, err := f.Bus.Subscribers(ctx, event.Envelope{Facts: fs})
	if err != nil {
		return err
	}
	all := refs(fs.ID, actions)
	if fs.Thin() {
		all = append(all, refs(fs.ID, []string{event.Fetch})...)
	}
	for _, s := range f.forms[fs.ID] {
		if s.Occurrence != "" { // it was stored, and fetched, under that
			f.marks[s.ID] = true
			all = append(all, refs(s.ID, []string{event.Fetch})...)
		}
	}
	now := f.Now()
	for _, ref := range all {
		f.deliveries[ref] = event.Delivery{Event: ref.Event, Action: ref.Action, State: event.Discarded, Expires: event.DeliveryExpiry(now, now)}
	}
	return nil
}

// quarantinedOf finds the quarantined requests that name the customer.
func (f *found) quarantinedOf(ctx context.Context) error {
	for q, err := range f.Quarantine.All(ctx) {
		if err != nil {
			if !errors.Is(err, event.ErrInvalid) {
				return err
			}
			f.skip(err)
			continue
		}
		whole, err := f.Quarantine.Get(ctx, q.Endpoint, q.ID)
		if errors.Is(err, event.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if _, theirs := f.events[q.ID]; theirs || refers(whole.Body, f.req.Customer) {
			addresses(whole.Body, f.marks)
			whole.Body = nil
			f.held = append(f.held, whole)
		}
	}
	return nil
}

// contact is an e-mail address, or a number with its country code.
var contact = regexp.MustCompile(`^(?:[^@\s]+@[^@\s]+|\+[0-9 ()-]{6,20})$`)

// addresses adds those in the strings of a JSON text.
func addresses(text []byte, to map[string]bool) {
	var v any
	if json.Unmarshal(text, &v) == nil {
		collect(v, to)
	}
}

func collect(v any, to map[string]bool) {
	switch v := v.(type) {
	case string:
		if contact.MatchString(v) {
			to[v] = true
		}
	case []any:
		for _, one := range v {
			collect(one, to)
		}
	case map[string]any:
		for _, one := range v {
			collect(one, to)
		}
	}
}

// skip notes what cannot be read.
func (f *found) skip(err error) {
	if err == nil {
		return
	}
	if f.unread++; f.unread <= SampleSize {
		f.unreadable = append(f.unreadable, err)
	}
}

// skipAll is skip for each error of a page.
func (f *found) skipAll(err error) {
	page, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // a page joins those of its items
	if !ok {
		f.skip(err)
		return
	}
	for _, one := range page.Unwrap() {
		f.skip(one)
	}
}

// incomplete is why something may be missing, or nil.
func (f *found) incomplete() error {
	if f.unread == 0 {
		return nil
	}
	return fmt.Errorf("%s cannot be read, and may be of %s: %w", count(f.unread, "record", "records"), f.req.Customer, errors.Join(f.unreadable...))
}
