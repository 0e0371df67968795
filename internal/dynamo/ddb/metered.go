package ddb

import (
	"context"
	"encoding/json"
)

type meterKey struct{}

// Metered is a context whose reads are asked what they cost: add gets their units.
func Metered(ctx context.Context, add func(units float64)) context.Context {
	return context.WithValue(ctx, meterKey{}, add)
}

// asking is part of the inputs of reads, consumed of their outputs.
type (
	asking struct {
		ReturnConsumedCapacity string `json:",omitempty"`
	}
	consumed struct{ ConsumedCapacity capacity }
)

// capacity is that of one table, or of several together.
type capacity float64

// UnmarshalJSON implements json.Unmarshaler.
func (c *capacity) UnmarshalJSON(text []byte) error {
	type one struct{ CapacityUnits float64 }
	var all []one
	if json.Unmarshal(text, &all) != nil {
		all = make([]one, 1)
		if err := json.Unmarshal(text, &all[0]); err != nil {
			return err
		}
	}
	for _, o := range all {
		*c += capacity(o.CapacityUnits)
	}
	return nil
}

func (c consumed) units() float64 { return float64(c.ConsumedCapacity) }

// metered are inputs that ask.
func (in GetItemInput) metered() any      { in.ReturnConsumedCapacity = "TOTAL"; return &in }
func (in BatchGetItemInput) metered() any { in.ReturnConsumedCapacity = "TOTAL"; return &in }
func (in QueryInput) metered() any        { in.ReturnConsumedCapacity = "TOTAL"; return &in }
func (in ScanInput) metered() any         { in.ReturnConsumedCapacity = "TOTAL"; return &in }
