package facts

import "testing"

func TestWhatTheCustomerSawIsReadWhereItIsAnotherCurrency(t *testing.T) {
	seen := Presentment{Amount: 920, Currency: "eur"}
	details := `"currency":"usd","presentment_details":{"presentment_amount":920,"presentment_currency":"eur"}`
	for name, got := range map[string]Presentment{
		"an intent": mustDecode(t, `{"object":"payment_intent",`+details+`}`).PaymentIntent.Presentment,
		"a charge":  mustDecode(t, `{"object":"charge",`+details+`}`).Charge.Presentment,
		"a refund":  mustDecode(t, `{"object":"refund",`+details+`}`).Refund.Presentment,
		"a session": mustDecode(t, `{"object":"checkout.session",`+details+`}`).Session.Presentment,
	} {
		if got != seen {
			t.Errorf("%s was seen as %+v, want %+v", name, got, seen)
		}
	}
	for _, none := range []string{`null`, `{"presentment_amount":920,"presentment_currency":"usd"}`, `{"presentment_amount":null,"presentment_currency":null}`} {
		if got := mustDecode(t, `{"object":"charge","currency":"usd","presentment_details":`+none+`}`).Charge.Presentment; got != (Presentment{}) {
			t.Errorf("%s reads as %+v, want nothing", none, got)
		}
	}
}
