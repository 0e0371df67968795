package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/delivery"
)

func audit(t *testing.T, r *actiontest.Rig, req delivery.AuditRequest) delivery.AuditReply {
	t.Helper()
	reply, err := r.Handler.Audit(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestAnAuditTellsWhichRowsAnEventChangesAndChangesNone(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	r.Post(body("evt_1"))
	for range 3 {
		got := audit(t, r, delivery.AuditRequest{Events: []string{"evt_1", "evt_never"}})
		want := []delivery.AuditTouched{{Rows: [][2]string{{"counts", "test/own/count/total"}}}, {Unfinished: true}}
		if diff := cmp.Diff(want, got.Touched); diff != "" {
			t.Fatal(diff)
		}
	}
	if n, d := seen(t, r), r.Delivery("evt_1"); n != 1 || d.Attempts != 1 {
		t.Fatalf("after the audit %d changes and %d attempts, want 1 and 1", n, d.Attempts)
	}
}

func TestAnAuditFoldsEventsOntoARowInTheirOrder(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		return action.Update(e, "lists", "list", "all", func(ids map[string]string) (map[string]string, error) {
			return map[string]string{"ids": ids["ids"] + " " + e.ID}, nil
		})
	})
	r.Post(body("evt_1"))
	r.Post(body("evt_2"))
	got := audit(t, r, delivery.AuditRequest{Folds: []delivery.AuditFold{
		{Table: "lists", Key: "test/own/list/all", Events: []string{"evt_2", "evt_1"}},
		{Table: "lists", Key: "test/own/list/all", Events: []string{"evt_1"}, Row: json.RawMessage(`{"ids":"before"}`)},
		{Table: "lists", Key: "test/own/list/other", Events: []string{"evt_1"}},
	}})
	for i, want := range []string{`{"ids":" evt_2 evt_1"}`, `{"ids":"before evt_1"}`, ``} {
		if string(got.Folded[i]) != want {
			t.Errorf("row %d is %s, want %s", i, got.Folded[i], want)
		}
	}
}

func TestAnAuditRepeatsNoEffectAndHandsBackItsResult(t *testing.T) {
	sent := 0
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		n, err := action.Outside(ctx, e, "step/"+e.ID, func(context.Context) (int, error) { sent++; return 7, nil })
		if err != nil {
			return err
		}
		return action.Update(e, "counts", "count", "total", func(c counter) (counter, error) { c.Seen = max(c.Seen, n); return c, nil })
	})
	r.Post(body("evt_1"))
	got := audit(t, r, delivery.AuditRequest{Folds: []delivery.AuditFold{{Table: "counts", Key: "test/own/count/total", Events: []string{"evt_1"}}}})
	if string(got.Folded[0]) != `{"seen":7}` || sent != 1 {
		t.Fatalf("row %s with %d sent, want the result of the effect and 1", got.Folded[0], sent)
	}
}

func TestAnEventThatChangedNothingAccountsForNothing(t *testing.T) {
	broken := errors.New("dependency is down")
	for name, tc := range map[string]struct {
		then, now error
		want      delivery.AuditTouched
	}{
		"skipped then":        {action.Skip("mail is off"), nil, delivery.AuditTouched{Unfinished: true}}, // an operator may reopen it
		"parked then":         {action.Permanent(broken), nil, delivery.AuditTouched{Unfinished: true}},
		"waiting then":        {broken, nil, delivery.AuditTouched{Unfinished: true}},
		"skipped today":       {nil, action.Skip("mail is off"), delivery.AuditTouched{}},
		"parked today":        {nil, action.Permanent(broken), delivery.AuditTouched{}},
		"nobody knows today":  {nil, broken, delivery.AuditTouched{Error: "dependency is down"}},
		"throttled today, so": {nil, action.RetryAfter(broken, 0), delivery.AuditTouched{Error: "dependency is down"}},
	} {
		t.Run(name, func(t *testing.T) {
			verdict := tc.then
			r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
				return errors.Join(count(e), verdict)
			})
			r.Post(body("evt_1"))
			verdict = tc.now
			got := audit(t, r, delivery.AuditRequest{Events: []string{"evt_1"}})
			if diff := cmp.Diff([]delivery.AuditTouched{tc.want}, got.Touched); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestAnInvocationIsABatchOrAnAudit(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	r.Post(body("evt_1"))
	got, err := r.Handler.Invoke(t.Context(), json.RawMessage(`{"audit":{"events":["evt_1"]}}`))
	if reply, ok := got.(delivery.AuditReply); err != nil || !ok || len(reply.Touched) != 1 {
		t.Fatalf("audit: %+v %v", got, err)
	}
	got, err = r.Handler.Invoke(t.Context(), json.RawMessage(`{"Records":[{"messageId":"m","body":"{\"detail\":{\"id\":\"evt_1\"}}"}]}`))
	if data, _ := json.Marshal(got); err != nil || string(data) != `{"batchItemFailures":[]}` {
		t.Fatalf("batch: %s %v", data, err)
	}
}
