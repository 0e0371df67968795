package facts

import "testing"

func TestChargeThatSucceededReadsTheSameInEveryVersion(t *testing.T) {
	for version, c := range map[string]struct{ object, want string }{
		"2015-02-18":       {`{"object":"charge","status":"succeeded","paid":true}`, "succeeded"},
		"2015-01-26":       {`{"object":"charge","status":"paid","paid":true}`, "succeeded"},
		"without a status": {`{"object":"charge","paid":true}`, "succeeded"},
		"failed":           {`{"object":"charge","paid":false,"failure_code":"card_declined"}`, "failed"},
		"neither":          {`{"object":"charge","paid":false}`, ""},
	} {
		if got := mustDecode(t, c.object).Charge.Status; got != c.want {
			t.Errorf("%s: status is %q, want %q", version, got, c.want)
		}
	}
}

func TestRefundsThatAreAnArrayAreTheWholeList(t *testing.T) {
	c := mustDecode(t, `{"object":"charge","id":"ch_1","refunds":[{"object":"refund","amount":400,"balance_transaction":"txn_1"}]}`).Charge
	if len(c.Refunds) != 1 || !c.RefundsComplete {
		t.Fatalf("refunds are %+v, complete %t, want the only one", c.Refunds, c.RefundsComplete)
	}
	if r := c.Refunds[0]; r.ID != "" || r.Amount != 400 || r.Status != "succeeded" || r.BalanceTransaction != "txn_1" {
		t.Errorf("refund is %+v, want 400 that succeeded, without an id", r)
	}
	if c := mustDecode(t, `{"object":"charge","refunds":[]}`).Charge; len(c.Refunds) != 0 || !c.RefundsComplete {
		t.Errorf("an empty array reads as %+v, complete %t", c.Refunds, c.RefundsComplete)
	}
	if _, err := decode(t, `{"object":"charge","refunds":[3]}`, ""); err == nil {
		t.Error("an array of numbers is read as refunds")
	}
}
