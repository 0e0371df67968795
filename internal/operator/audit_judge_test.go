package operator_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

// tally is a row of facts with a field that is computed from them.
type tally struct {
	Total int            `json:"total"`
	IDs   map[string]int `json:"ids,omitempty"`
	Notes []string       `json:"notes"`
}

func keepTally(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
	return action.Update(e, "seen", "set", "all", func(old tally) (tally, error) {
		t := tally{0, map[string]int{e.ID: 1}, old.Notes}
		for id, n := range old.IDs {
			t.IDs[id] = max(n, t.IDs[id])
		}
		for _, n := range t.IDs {
			t.Total += n
		}
		return t, nil
	})
}

const wholeTally = `{"total":3,"ids":{"evt_1":1,"evt_2":1,"evt_3":1},"notes":null}`

// verdictOn is a row of three events, as it is found and after --repair.
type verdictOn struct {
	row     string
	verdict operator.Verdict // empty: no difference
	after   string           // empty: as it was
}

func TestVerdictSaysWhatBecameOfARow(t *testing.T) {
	for name, tc := range map[string]verdictOn{
		"as it was written":         {wholeTally, "", ""},
		"in another order":          {`{"ids":{"evt_3":1,"evt_2":1,"evt_1":1},"notes":[],"total":3}`, "", ""},
		"by an older release":       {`{"total":3,"ids":{"evt_1":1,"evt_2":1,"evt_3":1},"was":"once"}`, "", ""},
		"a fact is missing":         {`{"total":2,"ids":{"evt_1":1,"evt_3":1}}`, operator.Missing, wholeTally},
		"all but one are missing":   {`{"total":1,"ids":{"evt_2":1}}`, operator.Missing, wholeTally},
		"a fact too many":           {`{"total":4,"ids":{"evt_0":1,"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Extra, ""},
		"a fact overwritten":        {`{"total":7,"ids":{"evt_1":5,"evt_2":1,"evt_3":1}}`, operator.Extra, ""},
		"a fact exchanged":          {`{"total":3,"ids":{"evt_0":1,"evt_1":1,"evt_3":1}}`, operator.Changed, ""},
		"all facts exchanged":       {`{"total":1,"ids":{"evt_0":1}}`, operator.Changed, ""},
		"the total edited":          {`{"total":9,"ids":{"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Changed, ""},
		"edited and a fact missing": {`{"total":9,"ids":{"evt_1":1,"evt_2":1}}`, operator.Changed, ""},
		"emptied":                   {`{"total":0}`, operator.Changed, ""},
		"unreadable":                {`{"total":"3","ids":{"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Changed, ""},
	} {
		t.Run(name, func(t *testing.T) { tc.check(t, true) })
	}
}

func TestVerdictOnceEventsMayHaveExpired(t *testing.T) {
	for name, tc := range map[string]verdictOn{
		"as it was written":              {wholeTally, "", ""},
		"a fact is missing":              {`{"total":2,"ids":{"evt_1":1,"evt_3":1}}`, operator.Missing, wholeTally},
		"an older fact":                  {`{"total":4,"ids":{"evt_0":1,"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Unprovable, ""},
		"an older fact and one missing":  {`{"total":3,"ids":{"evt_0":1,"evt_1":1,"evt_3":1}}`, operator.Missing, `{"total":4,"ids":{"evt_0":1,"evt_1":1,"evt_2":1,"evt_3":1},"notes":null}`},
		"the total edited":               {`{"total":9,"ids":{"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Changed, ""},
		"an older fact and total edited": {`{"total":9,"ids":{"evt_0":1,"evt_1":1,"evt_2":1,"evt_3":1}}`, operator.Changed, ""},
	} {
		t.Run(name, func(t *testing.T) { tc.check(t, false) })
	}
}

func (tc verdictOn) check(t *testing.T, complete bool) {
	t.Helper()
	r := auditRig(t, 3, keepTally)
	overwrite(t, r, "all", tc.row)
	before := stored(t, r)
	s := auditOf(t, r, complete, true)
	if tc.verdict == "" {
		if len(s.Findings) != 0 {
			t.Errorf("found %+v", s)
		}
		return
	}
	if !slices.Equal(verdicts(s), []operator.Verdict{tc.verdict}) || s.Differences != s.Missing+s.Extra+s.Changed || s.Repaired != s.Missing {
		t.Errorf("found %+v, want it %s, and what is missing repaired", s, tc.verdict)
	}
	var want, got any
	if tc.after == "" {
		tc.after = string(before)
	}
	if err := errors.Join(json.Unmarshal([]byte(tc.after), &want), json.Unmarshal(stored(t, r), &got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after the repair (-want +got):\n%s", diff)
	}
}

func stored(t *testing.T, r *actiontest.Rig) json.RawMessage {
	t.Helper()
	it, err := r.Store.Load(t.Context(), "seen", keyOf("all"))
	if err != nil {
		t.Fatal(err)
	}
	return it.Data
}

func TestRowsOfAnEventWhoseFetchIsNotKeptAreUnprovable(t *testing.T) {
	r := auditRig(t, 2, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		_, err := action.Fetch(ctx, e, "list/"+e.ID, func(context.Context) (int, error) { return 1, nil })
		return errors.Join(err, remember(ctx, e))
	})
	r.Handler.Ledger = without{r.Store, "list/evt_2"}
	for _, repair := range []bool{false, true} {
		s := auditOf(t, r, true, repair)
		if s.Differences != 0 || s.Unprovable != 2 || !slices.Equal(seen(r), []string{"evt_1", "evt_2"}) {
			t.Errorf("%+v, seen %v; want the event and the row unprovable and untouched", s, seen(r))
		}
	}
}

// without is a ledger in which one result has expired.
type without struct {
	event.Ledger
	key string
}

func (l without) Effect(ctx context.Context, ref event.EffectRef) (event.Effect, error) {
	if ref.Key == l.key {
		return event.Effect{}, event.ErrNotFound
	}
	return l.Ledger.Effect(ctx, ref)
}

func TestFunctionOfAnOlderReleaseIsToldApart(t *testing.T) {
	r := auditRig(t, 1, remember)
	o := auditor(r, time.Now())
	o.Functions = memory.Functions{"action": func(ctx context.Context, in json.RawMessage) (any, error) {
		got, err := r.Handler.Invoke(ctx, in)
		reply, _ := got.(delivery.AuditReply)
		reply.Read = nil
		return reply, err
	}}
	if _, err := o.Audit(t.Context(), operator.Audit{}); err == nil || !strings.Contains(err.Error(), "deploy it again") {
		t.Errorf("%v, want that the function is to be deployed again", err)
	}
}
