package access

import (
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

const (
	day   = 24 * time.Hour
	month = 30 * day
	week  = 7 * day
)

// start is when every life begins.
var start = stripetest.Noon

// merged is the row after the events in this order.
func merged(events []facts.Event) (c Customer) {
	for _, e := range events {
		_, id, _ := Key(e)
		c = Merge(c, id, e)
	}
	return c
}

func encoded(t interface{ Fatal(...any) }, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
