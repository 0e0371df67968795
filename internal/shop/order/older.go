package order

import (
	"cmp"
	"encoding/json"
)

// UnmarshalJSON also reads rows of the release that kept every charge, whatever
// became of it, and one currency of sessions and disputes.
func (f *Facts) UnmarshalJSON(data []byte) error {
	type plain Facts
	var read struct {
		plain
		Shown string `json:"shown"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*f = Facts(read.plain)
	if f.Currency == "" && read.Shown != "" {
		f.show(read.Shown)
	}
	if len(f.Charges) == 0 {
		return nil
	}
	return f.sortCharges(data)
}

// show gives the session and the disputes the currency that was kept for all.
func (f *Facts) show(currency string) {
	if f.Session.Amount.Is != 0 {
		f.Session.Amount.In = cmp.Or(f.Session.Amount.In, currency)
	}
	for id, d := range f.Disputes {
		d.Currency = cmp.Or(d.Currency, currency)
		f.Disputes[id] = d
	}
}

// outcome is what only that release kept with a charge.
type outcome struct {
	Succeeded bool  `json:"succeeded"`
	Pending   bool  `json:"pending"`
	Failed    int64 `json:"failed"`
}

// sortCharges moves the charges that did not succeed to the attempts. When one
// began was not kept: it did so before the event that has its amount.
func (f *Facts) sortCharges(data []byte) error {
	var old struct {
		Charges map[string]outcome `json:"charges"`
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return err
	}
	none := true
	for _, was := range old.Charges {
		none = none && was == outcome{}
	}
	if none {
		return nil // of this release, which keeps those that succeeded
	}
	for id, was := range old.Charges {
		if !was.Succeeded {
			f.Attempts = f.Attempts.union(was.attempt(id, f.Charges[id].Amount))
			delete(f.Charges, id)
		}
	}
	if len(f.Charges) == 0 {
		f.Charges = nil
	}
	return nil
}

func (was outcome) attempt(id string, amount price) Attempts {
	at := max(1, cmp.Or(was.Failed, amount.At))
	tried := Attempts{Amount: amount, Failed: was.Failed, Charges: times(at, id)}
	if was.Pending && was.Failed == 0 {
		tried.Pending = at
	}
	return tried
}

// UnmarshalJSON also reads ties that have no time: those are the oldest.
func (t *Ties) UnmarshalJSON(data []byte) error {
	type plain Ties
	var read struct {
		plain
		Payments map[string]json.RawMessage `json:"payments"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*t = Ties(read.plain)
	for id, at := range read.Payments {
		when := int64(1)
		if string(at) != "true" {
			if err := json.Unmarshal(at, &when); err != nil {
				return err
			}
		}
		t.Payments = newest(t.Payments, times(when, id))
	}
	return nil
}
