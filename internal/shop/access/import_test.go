package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
)

// stripeLists is a Stripe with these subscriptions, one a page, in the live mode.
type stripeLists []access.Listed

func (stripeLists) Version() string { return "2026-09-30.endive" }

func (l stripeLists) Subscriptions(_ context.Context, s event.Scope) iter.Seq2[[]access.Listed, error] {
	return func(yield func([]access.Listed, error) bool) {
		if !s.Livemode {
			yield(nil, fmt.Errorf("list: %w", event.ErrNotConfigured))
			return
		}
		for _, one := range l {
			if !yield([]access.Listed{one}, nil) {
				return
			}
		}
	}
}

// asListed is the subscription sub_N of cus_1 as the API has it at the time.
func asListed(n int, status string, t time.Time) access.Listed {
	data := fmt.Appendf(nil, `{"id":"sub_%d","object":"subscription","status":"%s","customer":"cus_1","items":{"object":"list","has_more":false,
		"data":[{"id":"si_1","object":"subscription_item","quantity":1,"current_period_end":1792592000,"price":{"id":"price_1","product":"prod_a"}}]}}`, n, status)
	return access.Listed{ID: fmt.Sprint("sub_", n), Customer: "cus_1", Status: status, Scope: live, At: t, Data: data}
}

func TestOnlySubscriptionsThatNoRowHasAreImportedAndOnce(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	rig.Post([]byte(active)) // of sub_1
	posted := 0
	i := access.Importer{
		Stripe: stripeLists{asListed(1, "active", rig.Now), asListed(2, "trialing", rig.Now)}, Rows: rig.Store, Progress: func(access.ImportResult) {},
		Store: func(_ context.Context, s event.Scope, events [][]byte) (int, error) {
			for _, body := range events {
				if d := rig.Post(body); s != live || d.State != event.Done {
					t.Errorf("%s: %s %s", s.Text(), d.State, d.Error)
				}
			}
			posted += len(events)
			return len(events), nil
		},
	}
	both := []event.Scope{live, {}}
	dry := i
	dry.Store = nil
	if r, err := dry.Run(t.Context(), both); err != nil || r.Listed != 2 || r.Missing != 1 || r.Stored != 0 || !r.DryRun || len(r.Sample) != 1 || r.Sample[0].ID != "sub_2" || len(r.Keyless) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, want := range []int{1, 0} {
		if r, err := i.Run(t.Context(), both); err != nil || r.Missing != want || r.Stored != want || r.DryRun {
			t.Errorf("%+v, %v; want %d", r, err, want)
		}
	}
	if posted != 1 {
		t.Errorf("%d events, want one", posted)
	}
}

func TestNewerEventReplacesWhatWasImportedAndAnOlderOneDoesNot(t *testing.T) {
	for _, c := range []struct {
		created int64 // of Stripe's own event
		granted bool
	}{{at - 60, true}, {at - 1, true}, {at, false}, {at + 60, false}} {
		unpaid := strings.NewReplacer("1790000000", fmt.Sprint(c.created), `"status":"active"`, `"status":"unpaid"`).Replace(active)
		body, err := asListed(1, "active", time.Unix(at, 0)).Report("2026-09-30.endive")
		if err != nil {
			t.Fatal(err)
		}
		var rows2 []string
		for _, bodies := range [][][]byte{{body, []byte(unpaid)}, {[]byte(unpaid), body}} {
			rig := actiontest.New(t, granter(keyless).Grant)
			for _, b := range bodies {
				if d := rig.Post(b); d.State != event.Done {
					t.Fatalf("%s: %s", d.State, d.Error)
				}
			}
			r := rows(t, rig)
			if len(r) != 1 || r[0].Granted != c.granted {
				t.Errorf("created %d s after the import: %+v, want granted %t", c.created-at, r, c.granted)
			}
			var row json.RawMessage
			rig.State(access.Table, access.Kind, "cus_1", &row)
			rows2 = append(rows2, string(row))
		}
		if rows2[0] != rows2[1] {
			t.Errorf("the order of import and event matters:\n%s\n%s", rows2[0], rows2[1])
		}
	}
}

func TestImportStopsAtAPageThatCannotBeStored(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	broken := errors.New("broken")
	i := access.Importer{
		Stripe: stripeLists{asListed(1, "active", rig.Now), asListed(2, "active", rig.Now)}, Rows: rig.Store, Progress: func(access.ImportResult) {},
		Store: func(context.Context, event.Scope, [][]byte) (int, error) { return 0, broken },
	}
	if r, err := i.Run(t.Context(), []event.Scope{live}); !errors.Is(err, broken) || r.Listed != 1 || r.Missing != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
