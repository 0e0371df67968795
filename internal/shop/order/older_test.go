package order

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Rows as the release before wrote them: without newer events, and all of their
// facts must count as they did.
func TestRowsOfTheReleaseBeforeAreReadRight(t *testing.T) {
	const amount = `"amount":{"at":100,"is":1000}`
	const good = `"ch_2":{` + amount + `,"succeeded":true,"captured":1000,"sum":{"at":110}}`
	for name, c := range map[string]struct {
		facts string
		want  Order
	}{
		"failed": {
			`"currency":"usd","charges":{"ch_1":{` + amount + `,"failed":101}}`,
			Order{Status: Failed, Currency: "usd", Amount: 1000},
		},
		"pending": {
			`"currency":"usd","charges":{"ch_1":{` + amount + `,"pending":true}}`,
			Order{Status: Processing, Currency: "usd", Amount: 1000},
		},
		"pending, then failed": {
			`"currency":"usd","charges":{"ch_1":{` + amount + `,"pending":true,"failed":130}}`,
			Order{Status: Failed, Currency: "usd", Amount: 1000},
		},
		"authorized": {
			`"currency":"usd","charges":{"ch_1":{` + amount + `,"succeeded":true,"sum":{"at":110}}}`,
			Order{Status: Authorized, Currency: "usd", Amount: 1000},
		},
		"failed, then paid": {
			`"currency":"usd","charges":{"ch_1":{"amount":{"at":99,"is":1000},"failed":99},` + good + `}`,
			Order{Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000},
		},
		"refunded in part": {
			`"currency":"usd","charges":{` + good + `},"refunds":{"re_1":{"charge":"ch_2","amount":300,"status":"succeeded","reported":true,"created":120}}`,
			Order{Status: PartiallyRefunded, Currency: "usd", Amount: 1000, Paid: 1000, Refunded: 300},
		},
		"disputed": {
			`"currency":"usd","shown":"eur","charges":{` + good + `},"disputes":{"dp_1":{"status":"lost","amount":400,"at":130}}`,
			Order{Status: PartiallyRefunded, Currency: "usd", Amount: 1000, Paid: 1000, Lost: 400},
		},
		"an expired session": {
			`"shown":"eur","order_id":{"rank":2,"at":100,"is":"B-2"},"session":{"amount":{"at":100,"is":700},"expired":true}`,
			Order{Status: Canceled, Reference: "B-2", Currency: "eur", Amount: 700},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var row Order
			if err := json.Unmarshal([]byte(`{"order":"pi_1","status":"?","livemode":true,"facts":{`+c.facts+`}}`), &row); err != nil {
				t.Fatal(err)
			}
			c.want.Order, c.want.Livemode = "pi_1", true
			if diff := cmp.Diff([]Order{c.want}, Fold([]Order{row}), cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
			again(t, row)
		})
	}
}

// again: what is written of a row is read as the same.
func again(t *testing.T, row Order) {
	t.Helper()
	data, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var read Order
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(row, read); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

func TestTiesOfTheReleaseBeforeGiveTheInvoicesReference(t *testing.T) {
	var all []Order
	err := json.Unmarshal([]byte(`[
		{"order":"in_1","facts":{"currency":"usd","order_id":{"rank":2,"at":100,"is":"B-2"},"ties":{"payments":{"pi_1":true}}}},
		{"order":"pi_1","facts":{"currency":"usd","intent":{"known":true,"amount":{"at":100,"is":1000},"received":1000,"succeeded":true}}}
	]`), &all)
	if err != nil {
		t.Fatal(err)
	}
	if got := Fold(all); len(got) != 1 || got[0].Reference != "B-2" {
		t.Errorf("orders are %+v, want pi_1 with the reference B-2", got)
	}
	again(t, all[0])
}
