package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// forgetful is a ledger in which every result has expired.
type forgetful struct{ event.Ledger }

func (forgetful) Effect(context.Context, event.EffectRef) (event.Effect, error) {
	return event.Effect{}, event.ErrNotFound
}

func fetched(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
	_, err := action.Fetch(ctx, e, "list/"+e.ID, func(context.Context) (int, error) { return 1, nil })
	return err
}

func performed(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
	_, err := action.Outside(ctx, e, "step/"+e.ID, func(context.Context) (int, error) { return 1, nil })
	return err
}

func TestAnEventWhoseResultIsNotKeptIsNoProofOfAnything(t *testing.T) {
	type function = func(context.Context, *action.Event[stripe.PaymentIntent]) error
	for name, ask := range map[string]function{"list/evt_1": fetched, "step/evt_1": performed} {
		for verdict, as := range map[string]func(error) error{
			"as it is":      func(err error) error { return err },
			"swallowed":     func(error) error { return nil },
			"made a skip":   func(err error) error { return skipIf(err) },
			"made a refuse": func(err error) error { return action.Permanent(err) },
		} {
			t.Run(name+" "+verdict, func(t *testing.T) {
				r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
					return errors.Join(count(e), as(ask(ctx, e)))
				})
				r.Post(body("evt_1"))
				r.Handler.Ledger = forgetful{r.Store}
				got := audit(t, r, delivery.AuditRequest{Events: []string{"evt_1"}}).Touched[0]
				if len(got.Rows) != 0 || !strings.Contains(got.Error, name+" is not kept") {
					t.Errorf("%+v, want the error and no rows", got)
				}
				_, err := r.Handler.Audit(t.Context(), delivery.AuditRequest{Folds: []delivery.AuditFold{
					{Table: "counts", Key: "test/own/count/total", Events: []string{"evt_1"}},
				}})
				if err == nil {
					t.Error("the event was folded as if it changed nothing")
				}
			})
		}
	}
}

func skipIf(err error) error {
	if err != nil {
		return action.Skip(err.Error())
	}
	return nil
}

func TestAnAuditNeedsNoResultOfAWithheldEffect(t *testing.T) {
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		_, err := action.Outside(ctx, e, "mail", func(context.Context) (int, error) { return 0, action.Skip("mail is off") })
		return errors.Join(count(e), err)
	})
	r.Post(body("evt_1"))
	got := audit(t, r, delivery.AuditRequest{Events: []string{"evt_1"}}).Touched[0]
	if diff := cmp.Diff(delivery.AuditTouched{Rows: [][2]string{{"counts", "test/own/count/total"}}}, got); diff != "" {
		t.Error(diff)
	}
}

// tagged is a row as this release writes it.
type tagged struct {
	Total int            `json:"total"`
	Tags  []string       `json:"tags"`
	Seen  map[string]any `json:"seen,omitempty"`
}

func TestAnAuditReadsAStoredRowAsItsActionDoes(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		return action.Update(e, "tags", "tag", "1", func(old tagged) (tagged, error) {
			seen := map[string]any{e.ID: 1}
			for id, v := range old.Seen {
				seen[id] = v
			}
			return tagged{len(seen), nil, seen}, nil
		})
	})
	r.Post(body("evt_1"))
	r.Post(body("evt_2"))
	for stored, want := range map[string]delivery.AuditRead{
		`{"tags":[],"total":1,"seen":{"evt_1":1.0}}`:  {Row: json.RawMessage(`{"total":1,"tags":[],"seen":{"evt_1":1}}`), Known: []string{"evt_1"}},
		`{"total":1,"older":true,"seen":{"evt_2":1}}`: {Row: json.RawMessage(`{"total":1,"tags":null,"seen":{"evt_2":1}}`), Known: []string{"evt_2"}},
		`{"total":9,"seen":{"evt_1":1,"evt_2":1}}`:    {Row: json.RawMessage(`{"total":9,"tags":null,"seen":{"evt_1":1,"evt_2":1}}`)},
		`{"total":2,"seen":{"evt_2":1,"evt_1":1}}`:    {Row: json.RawMessage(`{"total":2,"tags":null,"seen":{"evt_1":1,"evt_2":1}}`), Known: []string{"evt_1", "evt_2"}},
		`null`: {},
		`{"total":"two","seen":{"evt_1":1,"evt_2":"two"}}`: {Row: json.RawMessage(`{"total":"two","seen":{"evt_1":1,"evt_2":"two"}}`), Error: "read tags tag/1: json: cannot unmarshal string into Go struct field tagged.total of type int"},
	} {
		got := audit(t, r, delivery.AuditRequest{Folds: []delivery.AuditFold{{
			Table: "tags", Key: "test/own/tag/1", Events: []string{"evt_1", "evt_2"}, Stored: json.RawMessage(stored), Known: true,
		}}})
		if diff := cmp.Diff([]delivery.AuditRead{want}, got.Read); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stored, diff)
		}
		if string(got.Folded[0]) != `{"total":2,"tags":null,"seen":{"evt_1":1,"evt_2":1}}` {
			t.Errorf("%s: folded %s", stored, got.Folded[0])
		}
	}
}
