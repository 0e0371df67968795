package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/event"
)

// names of the attributes in expressions: several are reserved words, so all
// have a placeholder.
var names = map[string]string{
	"#id": "id", "#action": "action", "#event": "event", "#state": "state", "#ensured": "ensured",
	"#owner": "owner", "#operator": "operator", "#lease": "lease", "#next": "next", "#sent": "sent", "#sender": "sender",
	"#first": "first", "#updated": "updated", "#attempt": "attempt", "#round": "round", "#before": "before",
	"#reopened": "reopened", "#withheld": "withheld", "#outcome": "outcome", "#effects": "effects",
	"#error": "error", "#effect": "effect", "#by": "by", "#stale": "stale", "#expires": "expires",
	"#open": "open", "#result": "result", "#report": "report",
}

// used returns the names that the expressions use: DynamoDB rejects others.
func used(expressions ...*string) map[string]string {
	m := map[string]string{}
	for _, e := range expressions {
		for _, word := range strings.FieldsFunc(aws.ToString(e), func(r rune) bool {
			return r != '#' && (r < 'a' || r > 'z')
		}) {
			if name, ok := names[word]; ok {
				m[word] = name
			}
		}
	}
	return m
}

// deliveryItem is the whole record. An attribute without a value is absent, so
// that a delivery done at its first attempt stays far below the kilobyte that a
// write unit pays for. history and effects are compact JSON. open is there while
// the record is in the index of unfinished deliveries.
func deliveryItem(d event.Delivery) item {
	it := key(deliveryID(d.Ref()))
	it["action"], it["event"] = str(d.Action), str(d.Event)
	it["state"] = str(string(d.State))
	it["next"] = str(format(d.Next, millis))
	it["updated"] = str(format(d.Updated, millis))
	it.flag("ensured", d.Ensured)
	it.set("owner", d.Owner)
	it.at("lease", d.Lease)
	it.at("sent", d.Sent)
	it.at("first", d.First)
	it.count("attempt", d.Attempts)
	it.count("round", d.Round)
	it.count("before", d.Before)
	it.at("reopened", d.Reopened)
	it.count("took", int(d.Took))
	it.set("history", historyText(d.History))
	it.flag("stale", d.AllowStale)
	it.expire(d.Expires)
	it.outcome(d)
	if d.State != event.Done {
		it["open"] = str(openOf(d.State, d.Ref()))
	}
	return it
}

// outcome sets how the last attempt ended.
func (it item) outcome(d event.Delivery) {
	it.flag("committed", d.Committed)
	it.flag("withheld", d.Withheld)
	it.set("outcome", d.Outcome)
	it.set("effects", compact(d.Effects))
	it.set("error", d.Error)
	it.set("effect", d.Effect)
	it.set("by", d.By)
}

func historyText(as []event.Attempt) string {
	kept := make([]event.Attempt, len(as))
	for i, a := range as {
		kept[i] = event.Attempt{At: a.At.UTC().Truncate(time.Millisecond), Took: a.Took, Error: a.Error}
	}
	return compact(kept)
}

// compact is a list as JSON, and empty for an empty one.
func compact[T any](list []T) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(list); err != nil {
		return "" // times in years that JSON has not; no clock of ours shows them
	}
	return strings.TrimSpace(b.String())
}

func readDelivery(r *reader) event.Delivery {
	d := event.Delivery{
		Event: r.need("event"), Action: r.need("action"), State: event.State(r.need("state")), Ensured: r.bool("ensured"),
		Owner: r.str("owner"), Lease: r.time("lease", millis), Next: r.time("next", millis), Sent: r.time("sent", millis),
		First: r.time("first", millis), Updated: r.time("updated", millis),
		Attempts: r.count("attempt"), Round: r.count("round"), Before: r.count("before"), Reopened: r.time("reopened", millis), Took: int64(r.count("took")),
		Committed: r.bool("committed"), Withheld: r.bool("withheld"), Outcome: r.str("outcome"),
		Error: r.str("error"), Effect: r.str("effect"), By: r.str("by"), AllowStale: r.bool("stale"), Expires: r.expires(),
	}
	r.json("history", &d.History)
	r.json("effects", &d.Effects)
	return d
}

func parseDelivery(it item) (event.Delivery, error) {
	r := &reader{item: it}
	d := readDelivery(r)
	if r.err != nil {
		return d, fmt.Errorf("delivery %s: %w", (&reader{item: it}).str("id"), r.err)
	}
	return d, nil
}

// Delivery implements event.Ledger.
func (t *Tables) Delivery(ctx context.Context, ref event.DeliveryRef) (event.Delivery, error) {
	if checkDelivery(ref) != nil {
		return event.Delivery{}, fmt.Errorf("delivery of %s to %s: %w", ref.Event, ref.Action, event.ErrNotFound)
	}
	it, err := t.get(ctx, "deliveries", key(deliveryID(ref)))
	if err == nil && it == nil {
		err = event.ErrNotFound
	}
	if err != nil {
		return event.Delivery{}, fmt.Errorf("delivery of %s to %s: %w", ref.Event, ref.Action, err)
	}
	return parseDelivery(it)
}
