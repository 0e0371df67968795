package access

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// readable is how large a row may be before its facts are compressed: that of
	// a customer with some dozens of subscriptions.
	readable = 16 << 10
	// unpacked is more than any row has.
	unpacked = 16 << 20
)

// plain is a Customer as it is written while it is small.
type plain Customer

// packed is a large one: Facts has the JSON of the plain one, compressed. The same
// facts give the same bytes.
type packed struct {
	Customer string `json:"customer"`
	event.Scope
	Facts []byte `json:"packed,omitempty"`
}

// MarshalJSON keeps large rows small.
func (c Customer) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(plain(c))
	if err != nil || len(data) <= readable {
		return data, err
	}
	if data, err = json.Marshal(plain(c).slim()); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return json.Marshal(packed{c.Customer, c.Scope, b.Bytes()})
}

// UnmarshalJSON reads either form.
func (c *Customer) UnmarshalJSON(data []byte) error {
	var p packed
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if p.Facts == nil {
		return json.Unmarshal(data, (*plain)(c))
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(p.Facts)), unpacked))
	if err != nil {
		return fmt.Errorf("unpack the facts of %s: %w", p.Customer, err)
	}
	var s slim
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("read the facts of %s: %w", p.Customer, err)
	}
	*c = s.whole()
	return nil
}
