package stripetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"sync"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/facts"
)

// Sample returns the object of Stripe's sample of an event type with the fields
// laid over it. A version without the sample has that of the nearest one that has.
// It panics if there is no sample of the type. Objects within the result are
// shared: replace them, do not change them.
func Sample(kind string, version facts.Version, fields Object) Object {
	o, err := sampled(kind, nearest(version))
	if err != nil {
		o, err = sampled(kind, Latest)
	}
	if err != nil {
		panic(err)
	}
	o = maps.Clone(o)
	if o["object"] == "charge" && !version.ListsRefundsInCharge() {
		delete(o, "refunds") // the samples have it expanded
	}
	return With(o, fields)
}

// Body returns an event of the type in API version Latest, about Stripe's sample of its
// object with the fields laid over it.
func Body(id, kind string, fields Object) []byte {
	return Event{ID: id, Type: kind, Object: Sample(kind, Latest, fields)}.Body()
}

// With returns the object with the fields laid over it.
func With(o, fields Object) Object {
	o = maps.Clone(o)
	maps.Copy(o, fields)
	return o
}

// nearest is the version with samples on the same side of 2025-03-31, when
// Stripe moved most fields.
func nearest(v facts.Version) facts.Version {
	if v.NamesInvoiceOfPayment() {
		return Older
	}
	return Latest
}

// samples holds the objects by event type and version, as they are decoded.
var samples sync.Map

func sampled(kind string, version facts.Version) (Object, error) {
	key := [2]string{kind, string(version)}
	if o, ok := samples.Load(key); ok {
		return o.(Object), nil
	}
	body, err := events.Sample(kind, string(version))
	if err != nil {
		return nil, err
	}
	var e struct {
		Data struct {
			Object Object `json:"object"`
		} `json:"data"`
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	if err := in.Decode(&e); err != nil {
		return nil, fmt.Errorf("sample of %s: %w", kind, err)
	}
	samples.Store(key, e.Data.Object)
	return e.Data.Object, nil
}
